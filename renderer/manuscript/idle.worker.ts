// Monaco asks for a worker for what a manuscript does not use (links, diffs, word lists); this one keeps quiet.
export {};

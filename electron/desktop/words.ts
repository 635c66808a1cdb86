/** What the desktop says itself; what the page offers in its menus comes with the page's words. */
export const words = {
  file: 'File',
  edit: 'Edit',
  view: 'View',
  addModel: 'Add a model',
  opensDialog: (name: string) => `${name}…`,
  models: 'GGUF models',
  noStart: 'Paphos could not start',
  endedBadly: 'Paphos did not end well',
  pageEnds: 'The page of Paphos ends again and again',
  pageEndsHint: (folder: string) =>
    `What was saved is safe. Open the page once more, or quit Paphos and start it anew. If the page still ends, restart the computer: it may be short of memory. What is known is in ${folder}.`,
  openAgain: 'Open it once more',
  quit: 'Quit',
  notAdded: 'The model could not be added',
};

/** A copy of the library, wherever the library itself is. */
export const copy = {
  title: 'Save a copy',
  library: 'The whole library',
  libraryHint:
    'Everything that was saved, even if the library’s own folder is gone, and beside it what this page holds. It becomes a folder of its own, which Paphos can start with.',
  folder: 'Folder',
  home: 'your home folder',
  making: 'Copying…',
  made: (folder: string) => `The copy is in ${folder}.`,
  damaged: (problems: number, folder: string) =>
    `The copy is in ${folder}. ${problems === 1 ? 'One thing in it is' : `${String(problems)} things in it are`} not as it was saved.`,
  unreachable: 'Paphos is not answering, so only this page can be saved.',
  page: 'This page',
  pageHint: 'What this page holds, with its marks, as a download. It works even while Paphos does not answer.',
  download: 'Download this page',
  pageFile: (day: string) => `Paphos page ${day}.md`,
  nothing: 'No chapter is open on this page.',
};

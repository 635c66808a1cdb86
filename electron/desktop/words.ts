/** What the desktop says itself; what the page offers in its menus comes with the page's words. */
export const words = {
  file: 'File',
  edit: 'Edit',
  view: 'View',
  addModel: 'Add a model',
  opensDialog: (name: string) => `${name}…`,
  models: 'GGUF models',
  noStart: 'Paphos could not start',
  missing: 'Where is the library?',
  missingAnswers: {
    again: 'Look again',
    choose: 'Choose another folder…',
    new: 'Begin a new library there',
    quit: 'Quit',
  },
  notSaved: 'Not everything on this page is saved',
  notSavedHint: 'The page says why, and can save a copy. What is not saved goes with the page.',
  stay: 'Go back',
  leave: 'Leave without saving',
  endedBadly: 'Paphos did not shut down properly',
  pageEnds: 'The page of Paphos keeps crashing',
  pageEndsHint: (folder: string) =>
    `What was saved is safe. Open the page once more, or quit Paphos and start it again. If the page still crashes, restart the computer: it may be short of memory. What is known is in ${folder}.`,
  openAgain: 'Open again',
  quit: 'Quit',
  notAdded: 'The model could not be added',
};

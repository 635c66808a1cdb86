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
  notAdded: 'The model could not be added',
};

/** What the page and the desktop's preload script say to each other. */
/** The page asks for its port, and says which page it is. */
export const CONNECT_MESSAGE = 'paphos:connect';
export const PORT_MESSAGE = 'paphos:port';
export const MENU_MESSAGE = 'paphos:menu';
/** The page asks for the desktop's way to choose a model file. */
export const ADD_MODEL_MESSAGE = 'paphos:add-model';
export const COMMAND_MESSAGE = 'paphos:command';
/** Parts of the page that take files which are dropped on them; what is dropped elsewhere is meant as a model. */
export const TAKES_FILES = '[data-takes-files]';

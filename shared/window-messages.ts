/** What the page and the desktop's preload script say to each other, beside the port. */
export const MENU_MESSAGE = 'paphos:menu';
export const COMMAND_MESSAGE = 'paphos:command';

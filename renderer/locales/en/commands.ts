import { count } from '../../lib/numbers.ts';

const mac = navigator.platform.startsWith('Mac');
const ctrl = mac ? '⌘' : 'Ctrl';

/** What can be done, by name, and why it cannot be done now. */
export const commands = {
  reply: 'Reply',
  continue: 'Continue',
  retry: 'Retry',
  retryTimes: (answers: number) => (answers === 1 ? 'Retry' : `Retry × ${count(answers)}`),
  again: 'Run again exactly',
  againHint:
    'The same reply once more, from its own seed and settings, with everything read anew. It stands beside the first one, and you are told whether they are the same.',
  stop: 'Stop',
  stopAll: 'Stop all',
  previousAlternate: 'Previous alternate',
  nextAlternate: 'Next alternate',
  takeOption: (place: number) => `Do what is offered: ${count(place)}`,
  replyWith: (answers: number) => `Reply with ${count(answers)} alternates`,
  retryWith: (answers: number) => `Retry with ${count(answers)} alternates`,
  find: 'Find in the chapter',
  toggleBinder: 'Show or hide stories and chapters',
  toggleInspector: 'Show or hide context, model and sampling',
  palette: 'Find or do',
  paletteNothing: 'Nothing by that name.',
  shortcuts: 'Keyboard shortcuts',
  openFormatDoctor: 'Look into the format',
  goToChapter: (title: string) => `Go to chapter ${title}`,
  goToStory: (title: string) => `Open story ${title}`,
  noModel: 'No model is ready. Choose one under Model.',
  readerOnly: 'This story is open in another tab. Take over to write here.',
  noOthers: 'No alternates are being written.',
  noAlternates: 'This reply has no alternates yet. Retry writes one.',
  keys: {
    reply: mac ? '⌘⏎' : 'Ctrl ⏎',
    retry: mac ? '⌘⇧⏎' : 'Ctrl ⇧ ⏎',
    stop: 'Esc',
    option: (place: number) => `Alt ${count(place)}`,
    previous: 'Alt ←',
    next: 'Alt →',
    binder: `${ctrl} B`,
    inspector: `${ctrl} I`,
    palette: `${ctrl} K`,
    shortcuts: '?',
    find: `${ctrl} F`,
    rename: 'F2',
  },
};

import { count } from '../../lib/numbers.ts';
/** The frame: title row, banners, status bar. */
export const shell = {
  paphos: 'Paphos',
  windowTitle: (parts: readonly string[]) => [...parts, 'Paphos'].join(' · '),
  rooms: 'Rooms',
  opening: 'Opening…',
  inspector: 'Inspector',
  panelWidth: { binder: 'Width of stories and chapters', inspector: 'Width of the inspector' },
  engine: 'Engine',
  engineStates: {
    idle: 'no model',
    ready: 'ready',
    generating: 'writing',
    resting: 'resting',
    stopped: 'stopped',
    failed: 'failed to load',
  },
  notAnswering: 'not answering',
  notConnected: 'not connected',
  giveUp: 'Stop it',
  giveUpHint: 'Ends the model’s process. Your text is safe, and the next Reply starts it again.',
  tokensPerSecond: (value: string) => `${value} tokens/s`,
  saved: 'Saved',
  save: {
    saved: 'Saved',
    saving: 'Saving',
    notSaved: 'Not saved',
    readingAlong: 'Reading along',
    behind: 'Not up to date',
  },
  asOf: (clock: string) => `As of ${clock}`,
  saveHints: {
    saved: 'All that this page shows is in the library on this computer.',
    saving: 'What was written last is on its way into the library. That takes a moment.',
    readingAlong: 'Another tab writes this story. What it saves appears here at once.',
    behind: 'Another tab writes this story. What it has saved since then is not shown here yet.',
    notSaved: 'What was written last is on this page and not yet in the library. Paphos keeps trying.',
  },
  store: 'Library',
  connection: 'Connection',
  lost: {
    away: 'Reconnecting…',
    gone: 'Still reconnecting. If Paphos was closed, start it again.',
    refused:
      'Paphos does not let this page in any more: it was restarted, or signed this browser out. Open the address that it prints when it starts.',
    keep: 'Keep this page open until you have copied what is not saved.',
    stays: 'What you write stays on this page and is saved as soon as Paphos answers.',
    kept: 'What you wrote here stays on this page; it is not saved yet.',
    asOf: (clock: string) => `This page shows the story as it was at ${clock}.`,
  },
  damage: 'Damaged turns',
  damagedTurns: (turns: number) =>
    turns === 1
      ? 'A turn of this chapter is not as it was saved: it has changed on the disk.'
      : `${count(turns)} turns of this chapter are not as they were saved: they have changed on the disk.`,
  showDamaged: 'Show',
  held: {
    label: 'Typed for the page that opens',
    why: 'Where this goes',
    waits: 'This goes onto the page as soon as it opens.',
    away: 'Paphos does not answer now. This goes onto the page as soon as it opens.',
    reader: 'Another tab writes this story. Take over, and this goes onto the page; or copy it.',
    stays: 'That page did not open. This goes onto the next one that does; or copy it.',
  },
  reader: 'Another tab',
  readers: {
    writes: 'Another tab writes this story.',
    along: 'Another tab writes this story; this one reads along.',
    unsaved: 'Another tab writes this story. What you wrote here is not saved yet.',
  },
  takeOver: 'Take over',
  contextUsed: 'Context used',
};

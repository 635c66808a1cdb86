import type { Difference, WritingFaults } from '../catalogue.ts';
import { count } from './numbers.ts';
import type { Sentences } from './sentences.ts';

const HARDWARE = {
  gpuLayers: 'Other layers of the model were on the graphics card.',
  device: 'It was written on another graphics card.',
  keyCache: 'Keys were kept at another precision.',
  adapters: 'Other adapters were on.',
  draft: 'Another model guessed ahead, or none.',
  lookup: 'Guessing ahead from the story was switched differently.',
  fastSlide: 'The context was shifted in another way.',
  build: 'The engine’s library was another build.',
};

function different(what: Difference): string {
  switch (what.of) {
    case 'file':
      return `The file of ${what.model} is not the one that it was then.`;
    case 'model':
      return `It was written by ${what.once}; ${what.now} is loaded now.`;
    case 'format':
      return `It was written in the ${what.once} format; the model reads ${what.now} now.`;
    case 'head':
      return 'Its prompt began with the date of that day, which was not kept.';
    case 'beside':
      return 'What was sent beside the story’s turns (notes, characters, names) is other than it was then.';
    case 'context':
      return `Its context had ${count(what.once)} tokens; now it has ${count(what.now)}.`;
    case 'promptChunk':
      return `The prompt was read in batches of ${count(what.once)} tokens; now they have ${count(what.now)}.`;
    default:
      return HARDWARE[what.of];
  }
}

export const writing = {
  READ_ONLY: () =>
    'This story is being written in another tab, so this one only reads. Nothing was changed; choose “Take over” to ' +
    'write here.',
  NOT_HELD: () => 'This window does not have the story open any more. Reload it and try again.',
  BUSY: () => 'A reply is being written already. Wait until it ends, or stop it first.',
  NOTHING_WRITTEN: () => 'There is nothing to answer yet. Write a line, then press Reply.',
  NOTHING_TO_CONTINUE: () => 'There is nothing to continue yet. Write a line, then press Reply.',
  ID_TAKEN: () => 'Another reply has this id already. Nothing was changed; press Reply again.',
  CHANGED_ELSEWHERE: () =>
    'This chapter was changed elsewhere, so no reply was asked for. Your text is kept as an alternate of its own; ' +
    'press Reply again.',
  CUT_SHORT: ({ by, tokens, leftOut }) => {
    const limit =
      by === 'window'
        ? 'The context was full'
        : `Stopped at the length limit${tokens === null ? '' : ` of ${count(tokens)} tokens`}`;
    if (leftOut === 0) return `${limit}.`;
    return (
      `${limit}; ${leftOut === 1 ? 'one word' : `${count(leftOut)} words`} of an unfinished sentence ` +
      `${leftOut === 1 ? 'was' : 'were'} left out.`
    );
  },
  REPLY_GOES_ON: () =>
    'The reply that you wrote into has not stopped yet. Your text stays on this page, and is saved as soon as it has.',
  REPLY_GONE: () => 'This reply ended a while ago. Its text is in the story; reload the page to see it.',
  REPLY_CUT_OFF: ({ replies }) =>
    `The disk did not take the last words of ${replies === 1 ? 'a reply' : `${count(replies)} replies`}; where a ` +
    'page still shows them, copy them from there. Everything else is safe.',
  NOTE_CHANGED: () =>
    'This note was changed in another window meanwhile. Both texts are below; nothing was overwritten.',
  UNKNOWN_REPLY: () => 'No reply is recorded in this turn, so there is nothing to repeat. Retry writes a new one.',
  NOT_THE_SAME: ({ differences }) =>
    `This reply cannot be made again exactly as things are now. ${differences.map(different).join(' ')} Nothing was ` +
    'changed. Choose what it was written with under Model and repeat it, or use Retry.',
} satisfies Sentences<WritingFaults>;

import { count as inDigits } from '../../lib/numbers.ts';

/** What the page of a chapter itself says. */
export const manuscript = {
  chapterTitle: 'Chapter title',
  renameChapter: 'Rename the chapter',
  you: 'You',
  note: '◇ Note',
  story: 'Story',
  menu: (label: string) => `${label}: menu`,
  earlier: (label: string) => `Previous alternate (${label})`,
  later: (label: string) => `Next alternate (${label})`,
  of: (number: number, count: number) => `${number} / ${count}`,
  options: 'Options',
  option: (place: number, option: string) => `${place} ${option}`,
  askAction: 'What do you do?',
  askFirst: 'Write the first lines, or say what should happen.',
  askNext: 'Keep writing, or say what should happen next.',
  thinking: (count: number) => `Thinking… ${count} ${count === 1 ? 'word' : 'words'}`,
  thought: (count: number) => `Thought for ${count} ${count === 1 ? 'word' : 'words'}`,
  thinkingStopped: (count: number) => `Thinking was stopped after ${count} ${count === 1 ? 'word' : 'words'}`,
  hideDetails: 'Hide details',
  bringBack: 'Bring back',
  removed: 'The turn was deleted.',
  restIsBeside: (count: number) =>
    count === 1
      ? 'The word that followed is kept in another alternate.'
      : `The ${count} words that followed are kept in another alternate.`,
  goBack: 'Go back',
  more: (turns: number) => `+ ${turns} ${turns === 1 ? 'turn' : 'turns'}`,
  goesOn: (turns: number) => `Another alternate goes on for ${turns} ${turns === 1 ? 'turn' : 'turns'}.`,
  veryLong: (characters: number) => `${inDigits(characters)} characters in one paragraph slow the page down.`,
  nothingWritten: 'Write something first: there is nothing to continue yet.',
  isWriting: 'A reply is being written. Stop it first.',
  readOnly: 'Another tab is writing in this story. Take over to write here.',
  isLoading: 'The chapter is still opening.',
  noModelTurn: 'There is no reply at or before the caret.',
  caretElsewhere: 'Put the caret in text that the model wrote.',
  notSaved: 'The last changes could not be saved, so nothing was sent to the model. They are still on the page.',
  conflict:
    'This chapter was changed elsewhere in the meantime. Your text was kept as an alternate beside it: use the arrows to see both.',
  replaced: (count: number) =>
    `${count === 1 ? 'One character that cannot be stored was' : `${count} characters that cannot be stored were`} replaced with \uFFFD.`,
  identical: (number: number) => `Identical to alternate ${number}, down to the last letter.`,
  identicalSoFar: (number: number) => `Identical to alternate ${number} up to where one of them was stopped.`,
  differs: (number: number, after: string) =>
    `Not the same as alternate ${number}: it differs ${after === '' ? 'from the first letter on' : `after “${after}”`}.`,
  whyDiffers: 'The text before it has changed since, or the first one built on what had already been read.',
};

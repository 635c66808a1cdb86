import { expect, test } from 'vitest';
import { unfinished, wholeSentences } from './whole-sentences.ts';

const kept = (text: string): string => text.slice(0, wholeSentences(text));

test.each([
  ['He left. She stayed and th', 'He left.'],
  ['He left. She stayed.', 'He left. She stayed.'],
  ['He left. She stayed…  ', 'He left. She stayed…  '],
  ['“Stay!” she said. “I will not le', '“Stay!” she said.'],
  ['She said: "Stay." Then the do', 'She said: "Stay."'],
  ['*He nods.* And then he', '*He nods.*'],
  ['*He nods.*', '*He nods.*'],
  ['Nobody came. Mr. Holt open', 'Nobody came.'],
  ['海は静かだった。灯台の光が', '海は静かだった。'],
  ['- Try the key\n- Follow the wet foot', '- Try the key'],
  ['One line\n', 'One line\n'],
  ['J. Holt came... And then', 'J. Holt came...'],
  ['It costs 3.5 coins. He paid 1.', 'It costs 3.5 coins. He paid 1.'],
  ['He asked. “No.” She turned aw', 'He asked. “No.”'],
  ['She left. So did I. Then the do', 'She left. So did I.'],
  ['He looked. It was No. 7, and', 'He looked.'],
  ['Nobody came. J. Holt open', 'Nobody came.'],
  ['No end in sight', ''],
  ['', ''],
])('%j keeps %j', (text, whole) => {
  expect(kept(text)).toBe(whole);
});

test.each([
  ['I look. It opens. Behind it th', 8, { at: 17, text: ' Behind it th' }],
  ['I look. It op', 8, null],
  ['It opens.', 0, null],
  ['I look.Behind it th', 7, null],
])('of %j from %j on is left out %j', (text, from, left) => {
  expect(unfinished(text, from)).toEqual(left);
});

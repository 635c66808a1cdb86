import type { CardFaults } from '../catalogue.ts';
import { count, size } from './numbers.ts';
import type { Sentences } from './sentences.ts';

const PLACES = { png: 'This picture has', json: 'This file has', zip: 'This archive has', book: '' } as const;
const PARTS = {
  png: 'The picture is damaged where the card should be',
  zip: 'The archive is damaged, or packed in a way that Paphos does not read',
  json: 'The card in this file is no valid JSON',
  base64: 'The card in this picture is damaged',
} as const;

function tooLarge(what: CardFaults['CARD_LARGE']['what'], most: number): string {
  switch (what) {
    case 'file':
    case 'archive':
      return `This file is too large for a card; ${size(most)} is the most`;
    case 'unpacked':
      return `This archive would take more than ${size(most)} unpacked`;
    case 'entry':
      return `A file in this archive would take more than ${size(most)} unpacked`;
    case 'entries':
      return `This archive holds more than ${count(most)} files`;
    case 'ratio':
      return 'A file in this archive is packed so tightly that it is no picture and no card';
    case 'text':
      return `The card in this file has more than ${count(most)} characters`;
    case 'depth':
      return `The card in this file is nested more than ${count(most)} levels deep`;
    case 'values':
      return `The card in this file has more than ${count(most)} entries`;
    case 'chunks':
      return `This picture has more than ${count(most)} parts`;
  }
}

export const cards = {
  CARD_UNKNOWN: () =>
    'This is no character card that Paphos knows: those are PNG, JSON and CHARX files. Nothing was changed.',
  CARD_PICTURE: ({ format }) =>
    `Whatever its name ends in, this is a ${format.toUpperCase()} picture, which holds no card; a site or a program has converted it. Nothing was changed. Download the original PNG.`,
  CARD_NONE: ({ in: place }) =>
    place === 'book'
      ? 'This is a lorebook without a character. Nothing was changed.'
      : `${PLACES[place]} no character card inside. Nothing was changed.`,
  CARD_BROKEN: ({ part }) => `${PARTS[part]}, so it was not imported. Nothing was changed. Download it again.`,
  CARD_LARGE: ({ what, most }) => `${tooLarge(what, most)}, so it was not imported. Nothing was changed.`,
  CARD_SLOW: () => 'This file took too much time or memory to read and was given up. Nothing was changed.',
  CARD_NEWER: ({ version }) =>
    `This card is of version ${version}, which is newer than Paphos knows. What Paphos does not know of it is kept.`,
  CARD_REPLACED: () =>
    'Some bytes of this card were no letters and became “\uFFFD”. The original file is kept as it came.',
  CARD_CUT_OFF: () => 'The picture of this card ends too early. The original file is kept as it came.',
  CARD_NAMELESS: () => 'This card has no name. Give it one; nothing else of it was changed.',
  PICTURE_LARGE: ({ width, height }) =>
    `A picture of ${count(width)} × ${count(height)} pixels is not shown. Its file is kept as it came.`,
  PICTURE_UNKNOWN: () => 'This is no picture that can be shown: PNG, JPEG, WebP and GIF can. Nothing was changed.',
  NO_CHARACTER: () => 'That character is not in this library. Nothing was changed.',
  CHARACTER_DELETED: () => 'That character was deleted. Undo that to change it; nothing was changed.',
  CHARACTER_CONFLICT: () =>
    'This field was changed on another page meanwhile, so nothing was changed here. Open the character again to see it.',
  CARD_NO_ORIGINAL: () =>
    'This character was made in Paphos, so there is no original file. Export it as it is now; nothing was changed.',
  ASSET_GONE: () =>
    'The file of this character is missing or damaged. What is written in the card is safe. Take the file from a backup.',
  UPLOAD_GONE: () => 'The file did not arrive whole. Nothing was changed. Try again.',
} satisfies Sentences<CardFaults>;

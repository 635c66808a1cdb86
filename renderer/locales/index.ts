import { en } from './en/index.ts';

/** What a language must have to be whole. */
export type Words = typeof en;

export const words: Words = en;

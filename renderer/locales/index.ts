import { withIsolatedTexts } from '../../shared/text/direction.ts';
import { en } from './en/index.ts';

/** What a language must have to be whole. */
export type Words = typeof en;

/** The same words; what a sentence is given keeps its direction to itself. */
function isolating<T>(said: T): T;
function isolating(said: unknown): unknown {
  if (typeof said === 'function') return (...given: unknown[]): unknown => said(...withIsolatedTexts(given));
  if (Array.isArray(said)) return said.map((one: unknown) => isolating(one));
  if (typeof said !== 'object' || said === null) return said;
  return Object.fromEntries(Object.entries(said).map(([key, value]) => [key, isolating(value)]));
}

export const words: Words = isolating(en);

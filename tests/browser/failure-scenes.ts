import type { Random } from '../helpers/document-fuzz/random.ts';
import type { Network } from '../helpers/proxy.ts';
import type { Bare, Spot, Step } from './fuzz-steps.ts';

/** What goes wrong while a person writes. */
export type Failure =
  /** The server stands still for a while, ends, and is started again where it was. */
  | { readonly fails: 'server'; readonly by: 'SIGKILL' | 'SIGTERM'; readonly stillMs: number; readonly downMs: number }
  /** The engine's process is killed; the model is loaded again by whoever asks for it. */
  | { readonly fails: 'engine' }
  /** `cuts`: in the end what is open is cut, and what was on its way is lost. */
  | { readonly fails: 'network'; readonly how: Network; readonly ms: number; readonly cuts: boolean }
  | { readonly fails: 'reload' }
  /** The person goes to another chapter and comes back; `offline`: nothing can be reached meanwhile. */
  | { readonly fails: 'leave'; readonly awayMs: number; readonly offline: boolean }
  /** Another tab takes the story over and writes; then the first one takes it over again. */
  | { readonly fails: 'takeover'; readonly word: string };

/**
 * A stretch of a sequence, as data: what the person does, and what fails `after` so many milliseconds of it. `rests`:
 * before the next one the page comes to rest.
 */
export interface Scene {
  readonly steps: readonly Step[];
  readonly after: number;
  readonly failure: Failure;
  readonly rests: boolean;
}

const spot = (chance: Random): Spot => [chance.int(1000) / 1000, chance.pick([0, 1, 1, chance.int(1000) / 1000])];
/** Not within a word, which what is written there would break. */
const edge = (chance: Random): Spot => [chance.int(1000) / 1000, chance.pick([0, 1])];
const low = (chance: Random): Spot => (chance.chance(0.7) ? [1, 1] : spot(chance));

type Make<T> = (chance: Random, word: () => string) => T;

const STEPS: readonly (readonly [weight: number, make: Make<Bare>])[] = [
  [16, (chance, word) => ({ does: 'type', at: spot(chance), text: ` ${word()} ` })],
  [10, (_, word) => ({ does: 'type', at: [1, 1], text: `I say ${word()}. ` })],
  [
    6,
    (chance, word) => ({
      does: 'type',
      at: low(chance),
      text: `\n${chance.pick(['<|user|>', '<|model|>', '<|user|> Anna', '<|system|>'])}\n${word()} `,
    }),
  ],
  [6, (chance, word) => ({ does: 'paste', at: spot(chance), text: ` ${word()}\n<|user|>\n${word()}\n` })],
  [3, (chance, word) => ({ does: 'paste', at: spot(chance), text: ` ${word()}\n${word()} ` })],
  [3, (chance) => ({ does: 'erase', at: spot(chance), times: 1 + chance.int(8) })],
  [1, (chance) => ({ does: 'replace', from: spot(chance), to: spot(chance), text: 'x' })],
  [3, (chance) => ({ does: 'undo', times: 1 + chance.int(2) })],
  [2, (chance) => ({ does: 'redo', times: 1 + chance.int(2) })],
  [2, (chance) => ({ does: 'role', at: spot(chance), role: chance.pick(['user', 'model']) })],
  [1, (chance) => ({ does: 'note', at: spot(chance) })],
  [1, (chance) => ({ does: 'remove', at: spot(chance) })],
  [16, (chance) => ({ does: 'reply', at: low(chance) })],
  [4, (chance) => ({ does: 'continue', at: edge(chance) })],
  [5, (chance) => ({ does: 'retry', at: low(chance) })],
  [2, (chance) => ({ does: 'alternates', at: low(chance) })],
  [4, (chance) => ({ does: 'previous', at: low(chance) })],
  [3, (chance) => ({ does: 'next', at: low(chance) })],
  [3, () => ({ does: 'stop' })],
];

const FAILURES: readonly (readonly [weight: number, make: Make<Failure>])[] = [
  [
    8,
    (chance) => ({
      fails: 'server',
      by: 'SIGKILL',
      stillMs: chance.pick([0, 0, 300, 600]),
      downMs: chance.pick([0, 0, 300]),
    }),
  ],
  [3, (chance) => ({ fails: 'server', by: 'SIGTERM', stillMs: 0, downMs: chance.pick([0, 300]) })],
  [5, () => ({ fails: 'engine' })],
  [4, () => ({ fails: 'network', how: 'forwards', ms: 0, cuts: true })],
  [3, (chance) => ({ fails: 'network', how: 'refuses', ms: chance.pick([100, 400, 900]), cuts: true })],
  [4, (chance) => ({ fails: 'network', how: 'hangs', ms: chance.pick([300, 600, 1000]), cuts: chance.chance(0.6) })],
  [4, (chance) => ({ fails: 'network', how: 'mutes', ms: chance.pick([300, 600, 1000]), cuts: chance.chance(0.6) })],
  [5, () => ({ fails: 'reload' })],
  [5, (chance) => ({ fails: 'leave', awayMs: chance.pick([0, 100, 400]), offline: chance.chance(0.3) })],
  [3, (_, word) => ({ fails: 'takeover', word: word() })],
];

function pick<T>(chance: Random, kinds: readonly (readonly [weight: number, make: Make<T>])[], word: () => string): T {
  let at = chance.int(kinds.reduce((sum, [weight]) => sum + weight, 0));
  const kind = kinds.find(([weight]) => (at -= weight) < 0);
  if (kind === undefined) throw new Error('the weights do not add up');
  return kind[1](chance, word);
}

/** 1 to 3 scenes of 2 to 6 steps each. `word` gives words that nothing else has: each can be looked for. */
export function scenes(chance: Random, word: () => string): Scene[] {
  return Array.from({ length: 1 + chance.int(3) }, () => ({
    steps: Array.from({ length: 2 + chance.int(5) }, (): Step => ({
      ...pick(chance, STEPS, word),
      rest: chance.pick([0, 0, 0, 5, 40, 150, 260]),
    })),
    after: chance.pick([0, 20, 100, 250, 500, 800]),
    failure: pick(chance, FAILURES, word),
    rests: chance.chance(0.5),
  }));
}

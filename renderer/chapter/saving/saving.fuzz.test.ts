import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { StudioRefusal } from '../../../tests/helpers/memory-studio.ts';
import { SavingWorld, type Command, type Variant } from '../../../tests/helpers/saving-world.ts';
import { SEED, sizeOf } from '../../../tests/helpers/sizes.ts';
import { newId } from '../../../shared/document/ids.ts';
import { Sync } from './sync.ts';
import { TABLE, type EventName, type Move, type SavingPhase } from './saving-machine.ts';

const RUNS = sizeOf(600, 20_000);
const place = fc.nat(999);
const at = (name: 'type' | 'newTurn' | 'merge' | 'erase' | 'activate' | 'elsewhere') =>
  place.map((n): Command => ({ do: name, n }));
const plain = (...names: Exclude<Command, { n: number } | { ms: number } | { fate: string }>['do'][]) =>
  fc.constantFrom(...names.map((name): Command => ({ do: name })));
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 8, arbitrary: at('type') },
  { weight: 3, arbitrary: at('newTurn') },
  { weight: 1, arbitrary: at('merge') },
  { weight: 2, arbitrary: at('erase') },
  { weight: 2, arbitrary: at('activate') },
  { weight: 10, arbitrary: fc.constantFrom(1, 7, 40, 250, 1200).map((ms): Command => ({ do: 'wait', ms })) },
  { weight: 3, arbitrary: plain('flush') },
  { weight: 4, arbitrary: plain('reply', 'retry') },
  { weight: 5, arbitrary: plain('piece', 'piece', 'end', 'takeBack') },
  { weight: 3, arbitrary: plain('cut', 'freeze', 'restore', 'restore') },
  { weight: 1, arbitrary: plain('poison', 'cure', 'hold', 'release') },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom('lost', 'answerLost', 'answerLost', 'DISK_FULL', 'BAD_REQUEST')
      .map((fate): Command => ({ do: 'fate', fate })),
  },
);

async function play(commands: readonly Command[], variant?: Variant): Promise<string | null> {
  const world = new SavingWorld(variant);
  for (const one of commands) {
    world.do(one);
    await vi.advanceTimersByTimeAsync(one.do === 'wait' ? one.ms : 0);
    world.check();
  }
  const wrong = await world.heal((ms) => vi.advanceTimersByTimeAsync(ms));
  world.sync.close();
  return wrong;
}

/** The shortest sequence after which something is wrong, or null. */
async function hunt(runs: number, variant?: Variant, more?: fc.Arbitrary<Command>): Promise<string | null> {
  const one =
    more === undefined ? command : fc.oneof({ weight: 9, arbitrary: command }, { weight: 1, arbitrary: more });
  const commands = fc.array(one, { minLength: 30, maxLength: 60, size: 'max' });
  const found = await fc.check(
    fc.asyncProperty(commands, async (sequence) => {
      const wrong = await play(sequence, variant);
      if (wrong !== null) throw new Error(wrong);
    }),
    { seed: SEED, numRuns: runs, endOnFailure: variant !== undefined },
  );
  if (!found.failed) return null;
  const error = found.errorInstance instanceof Error ? found.errorInstance.message : String(found.errorInstance);
  return `seed ${found.seed}, path ${found.counterexamplePath}\n${error}\nafter ${JSON.stringify(found.counterexample?.[0])}`;
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test(
  `what the page shows is stored, or the status says that it is not: ${RUNS} sequences, seed ${SEED}`,
  { timeout: 1_800_000 },
  async () => {
    expect(await hunt(RUNS)).toBeNull();
  },
);

test(
  `whoever else writes, nothing that was typed is lost and all of it is saved in the end, seed ${SEED}`,
  { timeout: 600_000 },
  async () => {
    expect(await hunt(Math.ceil(RUNS / 4), {}, at('elsewhere'))).toBeNull();
  },
);

/** Somebody else wrote in a turn that a retry hides while the person writes in it. */
const HIDDEN: readonly Command[] = [
  { do: 'elsewhere', n: 169 },
  { do: 'retry' },
  { do: 'newTurn', n: 565 },
  { do: 'type', n: 26 },
  { do: 'merge', n: 16 },
  { do: 'newTurn', n: 174 },
  { do: 'newTurn', n: 279 },
  { do: 'type', n: 909 },
];
test('what is written into a turn that is shown no more goes beside what somebody else made of it', async () => {
  expect(await play(HIDDEN)).toBeNull();
});

/** Each fault of before, put back: the fuzz must find it, or it proves nothing. */
describe('a fault that is put back is found', () => {
  const found = async (variant: Variant, more?: fc.Arbitrary<Command>): Promise<void> => {
    expect(await hunt(5 * RUNS, variant, more)).not.toBeNull();
  };

  test('the queue waits for the model of a reply', () => found({ neverReady: true }));

  test('a reply that was left counts as running for ever', () =>
    found({ live: () => new Set(['left']) }, at('elsewhere')));

  test('a reply that is asked for again is another reply', () =>
    found({
      api: (api) => ({
        ...api,
        writing: {
          ...api.writing,
          generate: (wish) => api.writing.generate({ ...wish, generationId: newId(), newTurnId: newId() }),
        },
      }),
    }));

  test('flush forgets what was taken and is not sent', () => {
    class Hasty extends Sync {
      override flush(): Promise<void> {
        return this.state === 'saved' || this.fault === null ? Promise.resolve() : super.flush();
      }
    }
    return found({ Queue: Hasty });
  });

  const changed = async (phase: SavingPhase, event: EventName, move: Move | undefined): Promise<void> => {
    const row = TABLE[phase] as Partial<Record<EventName, Move | undefined>>;
    const before = row[event];
    row[event] = move;
    try {
      await found({});
    } finally {
      row[event] = before;
    }
  };
  test('what is refused is sent again for ever, and all else waits behind it', () =>
    found({
      api: (api) => ({
        ...api,
        writing: {
          ...api.writing,
          applyChange: (change) =>
            api.writing.applyChange(change).catch((error: unknown) => {
              throw error instanceof StudioRefusal && error.code === 'BAD_REQUEST'
                ? new StudioRefusal('FAILED')
                : error;
            }),
        },
      }),
    }));
  test('a chapter that cannot be read now is never read again', () => changed('reading', 'lost', undefined));
  test('a lost change is taken for stored', () => changed('sending', 'lost', 'goOn'));
  test('a conflict is taken for an answer', () => changed('sending', 'crossed', 'goOn'));
});

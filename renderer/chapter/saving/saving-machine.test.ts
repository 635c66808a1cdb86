import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  AT_REST,
  step,
  TABLE,
  type Circumstances,
  type EventName,
  type SavingPhase,
  type SavingState,
} from './saving-machine.ts';

const QUIET: Circumstances = { unsaved: false, held: false, live: false, errand: null, pieces: 0, stale: false };
const fault = { code: 'DISK_FULL', params: {} };

test('the table in words is the table in force', () => {
  const source = readFileSync(new URL('saving-machine.ts', import.meta.url), 'utf8');
  const rows = [...source.matchAll(/^ \* \|(.+)\|$/gm)].map(([, row = '']) =>
    row.split('|').map((cell) => cell.trim()),
  );
  const [, ...events] = rows[0] ?? [];
  const told = Object.fromEntries(
    rows
      .slice(2)
      .map(([state = '', ...cells]) => [
        state,
        Object.fromEntries(events.flatMap((event, index) => (cells[index] === '–' ? [] : [[event, cells[index]]]))),
      ]),
  );
  expect(told).toEqual(TABLE);
});

test('no state is a dead end: from each of them, whatever it waits for leads on', () => {
  const waitsFor: Record<SavingPhase, EventName> = {
    resting: 'edited',
    gathering: 'timer',
    working: 'done',
    asking: 'answered',
    askingLater: 'timer',
    sending: 'acked',
    sendingLater: 'timer',
    crossing: 'timer',
    reading: 'readIn',
    readingLater: 'timer',
    refused: 'timer',
  };
  for (const phase of Object.keys(TABLE) as SavingPhase[]) {
    const state: SavingState = { ...AT_REST, phase };
    const next = step(state, { name: waitsFor[phase] }, { ...QUIET, unsaved: true });
    expect(next.effects, phase).not.toEqual([]);
  }
});

test('nothing is settled while text is unsaved, pieces are left or the chapter is stale', () => {
  for (const phase of Object.keys(TABLE) as SavingPhase[])
    for (const name of Object.keys(TABLE[phase]) as EventName[])
      for (const now of [
        { unsaved: true },
        { unsaved: true, held: true },
        { stale: true },
        { errand: 'call' as const },
      ]) {
        const { effects } = step({ ...AT_REST, phase }, { name, fault }, { ...QUIET, ...now });
        expect(effects, `${phase}, ${name}`).not.toContain('settle');
      }
});

test('bad news is told, and good news takes it back', () => {
  const lost = step({ ...AT_REST, phase: 'sending' }, { name: 'lost', fault }, { ...QUIET, unsaved: true });
  expect(lost.state).toMatchObject({ phase: 'sendingLater', trouble: { kind: 'offline', fault } });
  const again = step(lost.state, { name: 'timer' }, { ...QUIET, unsaved: true });
  expect(again).toMatchObject({ state: { phase: 'sending' }, effects: ['stopTimer', 'sendAgain'] });
  const well = step(again.state, { name: 'acked' }, QUIET);
  expect(well).toMatchObject({ state: { phase: 'resting', trouble: null }, effects: ['stopTimer', 'settle'] });
});

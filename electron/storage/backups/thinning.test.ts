import { expect, test } from 'vitest';
import type { Backup } from '../../../shared/contract/backups.ts';
import { surplus } from './thinning.ts';

const DAY = 24 * 60 * 60_000;
const HALF_HOUR = 30 * 60_000;
const noon = new Date(2026, 10, 28, 12).getTime();
const backup = (at: number, more: Partial<Backup> = {}) => ({
  name: new Date(at).toISOString(),
  at,
  reason: 'work' as const,
  bytes: 1e6,
  state: 'verified' as const,
  ...more,
});
const left = (backups: readonly ReturnType<typeof backup>[], limitBytes = 1e12) => {
  const gone = new Set(surplus(backups, limitBytes));
  return backups.filter(({ name }) => !gone.has(name));
};

test('a year of half-hours, thinned as it grows, leaves twelve half-hours, fourteen days, eight weeks, twelve months', () => {
  let kept: ReturnType<typeof backup>[] = [];
  for (let at = noon - 400 * DAY; at <= noon; at += HALF_HOUR) kept = left([...kept, backup(at)]);
  const ages = kept.map(({ at }) => noon - at).toSorted((a, b) => a - b);
  expect(ages.slice(0, 12)).toEqual(Array.from({ length: 12 }, (_, n) => n * HALF_HOUR));
  const days = new Set(kept.map(({ at }) => new Date(at).toDateString()));
  for (let day = 0; day < 14; day += 1) expect(days).toContain(new Date(noon - day * DAY).toDateString());
  const months = new Set(kept.map(({ at }) => new Date(at).getMonth()));
  expect(months.size).toBe(12);
  expect(kept.filter(({ at }) => noon - at > 14 * DAY && noon - at <= 56 * DAY).length).toBeGreaterThanOrEqual(5);
  expect(kept.length).toBeLessThanOrEqual(12 + 14 + 8 + 12);
  expect(Math.max(...ages)).toBeGreaterThan(300 * DAY);
});

test('three made before an update and three before a restore stay beside', () => {
  const updates = [0, 1, 2, 3, 4].map((n) => backup(noon - 2 * DAY - n * 60_000, { reason: 'update' }));
  const restores = [0, 1, 2, 3, 4].map((n) => backup(noon - 3 * DAY - n * 60_000, { reason: 'restore' }));
  const kept = left([backup(noon), ...updates, ...restores]);
  expect(kept.filter(({ reason }) => reason === 'update')).toEqual(updates.slice(0, 3));
  expect(kept.filter(({ reason }) => reason === 'restore')).toEqual(restores.slice(0, 3));
});

test('the newest that was verified never goes, whatever came after it and however little room there is', () => {
  const good = backup(noon - 30 * DAY);
  const bad = [0, 1, 2].map((n) => backup(noon - n * DAY, { state: 'damaged' }));
  expect(left([good, ...bad], 10)).toEqual([good]);
});

test('the oldest go until all together fit', () => {
  const days = [0, 1, 2, 3, 4].map((n) => backup(noon - n * DAY));
  expect(left(days, 3e6)).toEqual(days.slice(0, 3));
});

test('what was just made stays, also where a clock that was wrong made all the others newer', () => {
  const newer = Array.from({ length: 40 }, (_, n) => backup(noon + n * 31 * DAY));
  const made = backup(noon - 400 * DAY);
  expect(surplus([...newer, made], 1e9)).toContain(made.name);
  expect(surplus([...newer, made], 1e9, made.name)).not.toContain(made.name);
});

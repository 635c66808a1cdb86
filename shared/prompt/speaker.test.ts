import { describe, expect, test } from 'vitest';
import { nextSpeaker, type Member, type Speaks } from './speaker.ts';

const member = (name: string, more: Partial<Member> = {}): Member => ({
  id: name,
  name,
  muted: false,
  talkativeness: 0.5,
  ...more,
});
const cast = [member('Odo'), member('Ines Hale'), member('Bel', { muted: true }), member('Tam')];
const next = (speaks: Speaks, speaker: string | null, text = '', random = 0, members = cast): string | undefined =>
  nextSpeaker(members, speaks, { speaker, member: speaker === 'Mara' ? null : speaker, text }, () => random)?.name;

describe('who speaks next', () => {
  test('one after the other, without those who are muted', () => {
    expect(['Mara', 'Odo', 'Ines Hale', 'Tam'].map((last) => next('order', last))).toEqual([
      'Odo',
      'Ines Hale',
      'Tam',
      'Odo',
    ]);
    expect(next('order', 'Bel')).toBe('Tam');
    const answered = nextSpeaker(cast, 'order', { speaker: 'Mara', member: 'Odo', text: '' }, () => 0);
    expect(answered?.name).toBe('Ines Hale');
  });
  test('who was named last, as a whole word; else in order', () => {
    expect(next('named', 'Mara', 'Odo, and you, ines?')).toBe('Ines Hale');
    expect(next('named', 'Odo', 'Odo speaks of Tamerlan and Belgium.')).toBe('Ines Hale');
    expect(next('named', 'Mara', 'Bel?')).toBe('Odo');
  });
  test('by how talkative they are', () => {
    const quiet = [
      member('Odo', { talkativeness: 0 }),
      member('Ines', { talkativeness: 0.9 }),
      member('Tam', { talkativeness: 0.1 }),
    ];
    expect([0, 0.5, 0.95].map((draw) => next('talkativeness', 'Mara', '', draw, quiet))).toEqual([
      'Ines',
      'Ines',
      'Tam',
    ]);
    const silent = quiet.map((one) => ({ ...one, talkativeness: 0 }));
    expect([0, 0.5, 0.99].map((draw) => next('talkativeness', 'Mara', '', draw, silent))).toEqual([
      'Odo',
      'Ines',
      'Tam',
    ]);
  });
  test('nobody speaks twice where somebody else can, and nobody where all are muted', () => {
    expect(next('talkativeness', 'Odo', '', 0, [member('Odo')])).toBe('Odo');
    expect(next('named', 'Odo', 'Odo!', 0, [member('Odo'), member('Tam')])).toBe('Tam');
    expect(next('order', 'Odo', '', 0, [member('Odo', { muted: true })])).toBeUndefined();
  });
});

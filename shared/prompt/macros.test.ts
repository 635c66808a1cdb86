import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SEED } from '../../tests/helpers/sizes.ts';
import { resolveMacros, type Macros } from './macros.ts';

const NOW = new Date(2026, 10, 28, 14, 5);
const macros = (more: Partial<Macros> = {}): Macros => ({
  values: new Map([
    ['user', 'Mara'],
    ['char', 'Odo {{user}}'],
    ['group', 'Odo, Ines'],
  ]),
  now: NOW,
  draws: new Map(),
  random: () => 0.5,
  ...more,
});
const said = (text: string, more?: Partial<Macros>): string => resolveMacros(text, macros(more)).text;

describe('macros', () => {
  test.each([
    ['{{user}} and {{ CHAR }}', 'Mara and Odo {{user}}'],
    ['<USER> meets <bot>, <group>', 'Mara meets Odo {{user}}, Odo, Ines'],
    ['a{{newline}}b{{space}}c{{noop}}', 'a\nb c'],
    ['one {{// a note, {{user}} too}}two{{comment: x}}{{hidden_key:y}}', 'one two'],
    ['{{reverse:{{user}}}}', 'araM'],
    ['{{random:a,b\\,c,d}}', 'b,c'],
    ['{{pick::a::b}}', 'b'],
    ['{{roll:6}} {{roll:d6}} {{roll 2d6+1}}', '4 4 9'],
    ['{{isodate}} {{isotime}} {{weekday}}, {{date}}, {{time}}', '2026-11-28 14:05 Saturday, 28 November 2026, 2:05 PM'],
    ['above\n\n{{trim}}\n\nbelow', 'abovebelow'],
  ])('%s', (text, expected) => expect(said(text)).toBe(expected));

  test.each([
    'no macro { here } <b>',
    '{{unknown}} {{user:given}} {{constructor}} {{__proto__}}',
    '{{roll:0}} {{roll:101d6}} {{roll:x}}',
    '{{unclosed',
    'closed}} only',
    '{{}}',
  ])('what is none stays as it is written: %s', (text) => expect(said(text)).toBe(text));

  test('braces around one stay', () => expect(said('{{{user}}}')).toBe('{Mara}'));

  test('what a macro stands for is not read for macros', () => {
    expect(said('{{char}}')).toBe('Odo {{user}}');
    expect(said('{{reverse:{{char}}}}')).toBe('}}resu{{ odO');
  });

  test('what was drawn is drawn again, whatever else of the text is another by now', () => {
    const first = resolveMacros('{{random:a,b,c}} {{random:a,b,c}} {{roll:20}}', macros({ random: () => 0.9 }));
    expect(first.text).toBe('c c 19');
    const again = { draws: first.drawn, random: () => 0 };
    expect(said('More {{user}}. {{random:a,b,c}} {{random:a,b,c}} {{roll:20}} {{random:a,b,c}}', again)).toBe(
      'More Mara. c c 19 a',
    );
    expect(said('{{random:a,b,c,d}}', again)).toBe('a');
  });

  test('says where it tells the time', () => {
    expect(resolveMacros('{{time}}', macros()).hasClock).toBe(true);
    expect(resolveMacros('{{timeless}} {{user}}', macros()).hasClock).toBe(false);
  });

  test('hostile texts end, and soon', () => {
    const big = new Map([['user', 'x'.repeat(100_000)]]);
    expect(said('{{user}}'.repeat(10_000), { values: big }).length).toBeLessThan(2_000_000);
    expect(said('{{reverse:'.repeat(50_000) + '}}'.repeat(50_000)).length).toBeLessThan(2_000_000);
    expect(said('{{'.repeat(100_000))).toBe('{{'.repeat(100_000));
    expect(said('\n{{trim}}'.repeat(50_000)).length).toBeLessThan(500_000);
    expect(said(`{{random:${'a,'.repeat(100_000)}}}`)).toBe('a');
  });

  test('any text gives a text, and the same with the same draws', () => {
    const piece = fc.constantFrom(
      '{{',
      '}}',
      '{',
      '}',
      'user',
      'random:a,b',
      'roll:2d6',
      'trim',
      '\n',
      ',',
      '::',
      '<USER>',
      'é',
      '🦊',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join('');
        const once = resolveMacros(text, macros({ random: () => 0.3 }));
        expect(resolveMacros(text, macros({ draws: once.drawn, random: () => 0.8 }))).toEqual(once);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});

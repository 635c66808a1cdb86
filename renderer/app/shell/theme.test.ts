import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const LEAST = 4.5;
const TEXT = ['ink', 'ink-2', 'ink-3', 'good', 'bad', 'accent', 'note', 'warn'];
const GROUNDS = ['page', 'desk', 'raise', 'hover', 'pick', 'accent-soft'];

function themes(): Map<string, Map<string, string>> {
  const css = readFileSync('renderer/app/shell/theme.css', 'utf8');
  const found = new Map<string, Map<string, string>>();
  for (const [, name = 'paper', rules = ''] of css.matchAll(/:root(?:\[data-theme='(\w+)'\])?\s*\{([^}]*)\}/g)) {
    const own = [...rules.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map(
      ([, key = '', colour = '']) => [key, colour] as const,
    );
    found.set(name, new Map([...(found.get('paper') ?? []), ...own]));
  }
  return found;
}

/** Relative luminance, 0 to 1 (WCAG 2). */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

test('text can be read on everything that it stands on, in each theme', () => {
  const all = themes();
  expect([...all.keys()]).toEqual(['paper', 'sepia', 'ink', 'contrast']);
  const faint = [...all].flatMap(([name, colours]) =>
    TEXT.flatMap((text) =>
      GROUNDS.map((ground) => ({
        pair: `${name}: ${text} on ${ground}`,
        ratio: contrast(colours.get(text) ?? '', colours.get(ground) ?? ''),
      })),
    ),
  );
  expect(faint.filter(({ ratio }) => !(ratio >= LEAST))).toEqual([]);
});

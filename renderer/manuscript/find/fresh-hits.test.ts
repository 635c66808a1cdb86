import { expect, test } from 'vitest';
import { FreshHits, type Found } from './fresh-hits.ts';
import { Hits } from './hits.ts';

const hit = new Hits(Uint32Array.of(1, 1, 1, 4));

/** Searches that end when the test says so, one at a time: a new one ends the one before. */
function searches() {
  const templates: (string | null)[] = [];
  let end: ((found: Found | null) => void) | null = null;
  const fresh = new FreshHits(
    (template) => {
      end?.(null);
      templates.push(template);
      return new Promise((resolve) => (end = resolve));
    },
    () => undefined,
  );
  const answer = async (): Promise<void> => {
    const template = templates.at(-1) ?? null;
    end?.({ hits: hit, replaced: template === null ? null : { template, texts: ['dog'] }, fault: null });
    end = null;
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  };
  return { fresh, templates, answer };
}

test('who replaces by an expression gets what the hits become, whoever searches meanwhile', async () => {
  const { fresh, templates, answer } = searches();
  const replacing = fresh.look('d$1g');
  fresh.outdate();
  const looking = fresh.look();
  await Promise.resolve();
  await answer();
  await answer();
  expect([await replacing, await looking]).toEqual([true, true]);
  expect(fresh.found.replaced).toEqual({ template: 'd$1g', texts: ['dog'] });
  expect(templates).toEqual(['d$1g', null, 'd$1g']);
});

test('what was found without a template, or with another one, is not what the hits become', async () => {
  const { fresh, answer } = searches();
  for (const template of [null, 'a', 'b']) {
    const looking = fresh.look(template);
    await answer();
    expect(await looking).toBe(true);
    expect(fresh.found.replaced?.template ?? null).toBe(template);
  }
});

test('a text that keeps changing is not known', async () => {
  const { fresh, answer } = searches();
  const looking = fresh.look('x');
  for (let edit = 0; edit < 5; edit++) {
    fresh.outdate();
    await answer();
  }
  expect(await looking).toBe(false);
});

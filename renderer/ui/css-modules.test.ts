import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';

/** The classes of each module, and those that the components ask it for. */
function modules(): { readonly path: string; readonly has: Set<string>; readonly asked: Set<string> }[] {
  const uses = globSync('renderer/**/*.tsx').flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    return [...text.matchAll(/^import (\w+) from '([^']+\.module\.css)';/gm)].map(([, name = '', from = '']) => ({
      path: normalize(join(dirname(file), from)),
      asked: [...text.replaceAll(/^import .*$/gm, '').matchAll(new RegExp(`\\b${name}\\.(\\w+)`, 'g'))].map(
        ([, key = '']) => key,
      ),
    }));
  });
  return globSync('renderer/**/*.module.css').map((path) => {
    const rules = readFileSync(path, 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|:global\([^)]*\)|\{[^{}]*\}/g, ' ');
    const asked = uses.filter((use) => use.path === normalize(path)).flatMap((use) => use.asked);
    return {
      path,
      has: new Set([...rules.matchAll(/\.([a-z]\w*)/gi)].map(([, name = '']) => name)),
      asked: new Set(asked),
    };
  });
}

test('every class that a component asks for is in its module, and none is there for nobody', () => {
  const all = modules();
  expect(all.length).toBeGreaterThan(15);
  const missing = all.flatMap(({ path, has, asked }) =>
    [...asked].filter((name) => !has.has(name)).map((name) => `${path} has no ${name}`),
  );
  const unused = all.flatMap(({ path, has, asked }) =>
    [...has].filter((name) => !asked.has(name)).map((name) => `nobody asks ${path} for ${name}`),
  );
  expect([...missing, ...unused]).toEqual([]);
});

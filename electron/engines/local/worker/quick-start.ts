import { enableCompileCache, registerHooks } from 'node:module';
import { compiledCode, makeCache } from '../host/engine-cache.ts';
import { rememberedSelfTest, type SelfTest } from './self-test.ts';

/** Inside the library's pinned version: who tests its binary, and who asks for that. */
const TESTER = '/bindings/utils/testBindingBinary.js';
const ASKER = '/bindings/getLlama.js';
const OURS = 'paphos:self-test';

/**
 * What is kept in `cache` serves this process: compiled code, and that the library has passed its self-test. To be
 * called before anything of the library is imported.
 */
export function startQuickly(cache: string): void {
  if (makeCache(cache)) enableCompileCache(compiledCode(cache));
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      const isAsked = found.url.endsWith(TESTER) && context.parentURL?.endsWith(ASKER) === true;
      return isAsked ? { url: `${OURS}?${found.url}`, format: 'module', shortCircuit: true } : found;
    },
    load(url, context, next) {
      if (!url.startsWith(OURS)) return next(url, context);
      return { format: 'module', source: ourTester(url.slice(OURS.length + 1)), shortCircuit: true };
    },
  });
  Object.defineProperty(globalThis, Symbol.for(OURS), {
    value: (test: SelfTest) => rememberedSelfTest(test, cache),
  });
}

const ourTester = (original: string): string => `
import { testBindingBinary as test } from ${JSON.stringify(original)};
export const testBindingBinary = globalThis[Symbol.for(${JSON.stringify(OURS)})](test);
`;

import workerUrl from './idle.worker.ts?worker&url';

interface ScriptPolicy {
  createScriptURL(url: string): string;
}
interface PolicyFactory {
  createPolicy(name: string, rules: ScriptPolicy): ScriptPolicy;
}

declare global {
  interface Window {
    trustedTypes?: PolicyFactory;
    MonacoEnvironment?: { getWorker: () => Worker };
  }
}

let policy: ScriptPolicy | null = null;

/** The page's security policy lets only a named policy make the address of a script; ours makes our workers'. */
export function startWorker(url: string): Worker {
  policy ??= window.trustedTypes?.createPolicy('paphos', { createScriptURL: (address) => address }) ?? {
    createScriptURL: (address) => address,
  };
  return new Worker(policy.createScriptURL(url), { type: 'module' });
}

export function prepareMonaco(): void {
  window.MonacoEnvironment ??= { getWorker: () => startWorker(workerUrl) };
}

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

/** The page's security policy lets only a named policy make the address of a script; ours makes one address. */
export function prepareMonaco(): void {
  window.MonacoEnvironment ??= {
    getWorker: () => {
      policy ??= window.trustedTypes?.createPolicy('paphos', { createScriptURL: (url) => url }) ?? {
        createScriptURL: (url) => url,
      };
      return new Worker(policy.createScriptURL(workerUrl), { type: 'module' });
    },
  };
}

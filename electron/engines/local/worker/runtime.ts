import { flushCompileCache } from 'node:module';
import type { StudioFault } from '../../../../shared/faults/studio-fault.ts';
import { planPrompt } from '../../../../shared/prompt/plan/plan.ts';
import { failure, fault, FaultError } from '../../../../shared/faults/failure.ts';
import type { GenerateRequest } from '../../port.ts';
import { type LoadOptions, PROTOCOL_VERSION, type ToEngine } from '../protocol.ts';
import { type Library, startLibrary } from './devices.ts';
import { generate, ledgerOf } from './generate.ts';
import { restoreState, saveState } from './keep-state.ts';
import { type OpenModel, openModel } from './open-model.ts';
import { survey } from './memory-need.ts';
import type { EngineEnd } from './engine-end.ts';
import { prepare } from './prepare.ts';
import { perplexity, score } from './scoring.ts';

/**
 * What runs in an inference process, behind whatever port carries its messages. Answers to stop it (a process just
 * dies).
 */
export function startRuntime(port: EngineEnd): () => Promise<void> {
  let open: OpenModel | null = null;
  let library: Promise<Library> | null = null;
  const works = new Map<number, { readonly abort: AbortController; readonly ended: Promise<void> }>();

  const answer = async (id: number, task: () => Promise<void> | void): Promise<void> => {
    try {
      await task();
    } catch (error) {
      port.send({ type: 'failed', id, fault: faultOf(error) });
    }
  };

  /** As many tasks at a time as the model has sequences. The host keeps the queue. */
  const startWork = (id: number, task: (signal: AbortSignal) => Promise<void>): void => {
    if (works.size >= (open?.loaded.parallel ?? 1)) {
      port.send({ type: 'failed', id, fault: fault('ENGINE_BUSY', {}) });
      return;
    }
    const abort = new AbortController();
    const ended = answer(id, () =>
      task(abort.signal).finally(() => {
        works.delete(id);
      }),
    );
    works.set(id, { abort, ended });
  };

  const progress =
    (id: number): ((value: number) => void) =>
    (value) => {
      port.send({ type: 'progress', id, value });
    };

  const warm = async (id: number, cards: boolean): Promise<void> => {
    await (library ??= startLibrary(cards));
    port.send({ type: 'warmed', id });
    flushCompileCache();
  };

  /** What could not be started is tried again by whoever needs it, and told there. */
  const started = async (): Promise<Library | null> => library?.catch(() => null) ?? null;

  const load = async (id: number, options: LoadOptions): Promise<void> => {
    if (open !== null) throw failure('ENGINE_BUSY', {});
    let told = -1;
    const tell = (value: number): void => {
      if (value < told + 0.01 && value < 1) return;
      told = value;
      port.send({ type: 'progress', id, value });
    };
    open = await openModel(options, tell, await started());
    port.send({ type: 'loaded', id, model: open.loaded });
    flushCompileCache();
  };

  const write = async (id: number, request: GenerateRequest, signal: AbortSignal): Promise<void> => {
    const result = await generate(ready(open), request, signal, {
      accepted: (ledger, headTokens) => {
        port.send({ type: 'accepted', id, ledger, headTokens });
      },
      prompt: (done, total, reused) => {
        port.send({ type: 'prompt', id, done, total, reused });
      },
      text: (text) => {
        port.send({ type: 'text', id, text });
      },
    });
    port.send({ type: 'done', id, ...result });
  };

  const receive = (message: ToEngine): void => {
    const { id } = message;
    switch (message.type) {
      case 'load':
        startWork(id, () => load(id, message.options));
        break;
      case 'warm':
        void answer(id, () => warm(id, message.cards));
        break;
      case 'survey':
        void answer(id, async () => {
          port.send({ type: 'surveyed', id, survey: await survey(message.options, message.freed, await started()) });
        });
        break;
      case 'generate':
        startWork(id, (signal) => write(id, message.request, signal));
        break;
      case 'score':
        startWork(id, async (signal) => {
          port.send({
            type: 'scored',
            id,
            endings: await score(ready(open), message.request, { signal, onProgress: progress(id) }),
          });
        });
        break;
      case 'perplexity':
        startWork(id, async (signal) => {
          port.send({
            type: 'perplexed',
            id,
            result: await perplexity(ready(open), message.request, { signal, onProgress: progress(id) }),
          });
        });
        break;
      case 'prepare':
        startWork(id, async (signal) => {
          port.send({
            type: 'prepared',
            id,
            tokens: await prepare(ready(open), message.plan, { signal, onProgress: progress(id) }),
          });
        });
        break;
      case 'save':
        startWork(id, async () => {
          port.send({ type: 'saved', id, bytes: await saveState(ready(open), message.request) });
        });
        break;
      case 'restore':
        startWork(id, async () => {
          port.send({ type: 'restored', id, tokens: await restoreState(ready(open), message.request) });
        });
        break;
      case 'abort':
        works.get(id)?.abort.abort();
        break;
      case 'ping':
        port.send({ type: 'pong', id });
        break;
      case 'plan':
        void answer(id, () => {
          port.send({ type: 'planned', id, ledger: ledgerOf(ready(open), message.request) });
        });
        break;
      case 'tokens':
        void answer(id, () => {
          const { vocabulary, tokenized } = ready(open);
          const { tokens } = planPrompt(message.request, vocabulary, tokenized);
          port.send({
            type: 'tokenised',
            id,
            prompt: {
              tokens: tokens.map((token) => vocabulary.piece(token)),
              ends: [...vocabulary.ends].map((token) => vocabulary.piece(token)),
            },
          });
        });
        break;
      case 'count':
        void answer(id, () => {
          const { vocabulary } = ready(open);
          port.send({ type: 'counted', id, counts: message.texts.map((text) => vocabulary.tokenize(text).length) });
        });
        break;
    }
  };

  port.onMessage(receive);
  port.send({ type: 'hello', version: PROTOCOL_VERSION, pid: process.pid });
  return async () => {
    for (const { abort } of works.values()) abort.abort();
    await Promise.all([...works.values()].map(({ ended }) => ended));
    await open?.dispose();
  };
}

function ready(open: OpenModel | null): OpenModel {
  if (open === null) throw failure('NO_ENGINE', {});
  return open;
}

function faultOf(error: unknown): StudioFault {
  if (error instanceof FaultError) return error.fault;
  return fault('ENGINE', {}, error instanceof Error ? (error.stack ?? error.message) : String(error));
}

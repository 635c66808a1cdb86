import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type {
  AdapterFile,
  EngineStatus,
  FormatReport,
  LoadedHardware,
  ModelFile,
  Survey,
} from '../../../shared/contract/models.ts';
import { FORMATS, formatByName } from '../../../shared/prompt/formats/formats.ts';
import type { PromptFormat } from '../../../shared/prompt/types.ts';
import { DEFAULT_HARDWARE, type Hardware } from '../../../shared/settings/hardware.ts';
import { DEFAULT_SAMPLING, type Sampling } from '../../../shared/settings/sampling.ts';
import type { Fingerprint } from '../../engines/local/gguf/fingerprint.ts';
import type { GgufHeader } from '../../engines/local/gguf/header.ts';
import { kindOf, type LoadOptions } from '../../engines/local/protocol.ts';
import { getModel, rememberModel } from '../../storage/repositories/model-records.ts';
import { readSetting, writeSetting } from '../../storage/repositories/setting-records.ts';
import { errorFacts } from '../../log/error-facts.ts';
import type { Crashes } from './model-crashes.ts';
import { failure, fault, FaultError, faultOf } from '../../../shared/faults/failure.ts';
import type { StudioFault } from '../../../shared/faults/studio-fault.ts';
import type { StudioContext } from '../context.ts';
import type { Ready } from './loaded-engine.ts';
import type { Fingerprints } from './fingerprints.ts';
import { reportFormat } from './format-report.ts';
import { createInspections, type Inspected } from './inspections.ts';
import { chosenLoad, hardwareOf, rememberChunk, rememberHardware } from './hardware-choice.ts';
import { type Examined, formatOfModel } from './model-format.ts';
import type { DemoModel, FoundModel } from './model-files.ts';
import type { Folders } from './folders.ts';
import type { ModelRegistry } from './model-registry.ts';
import { inBackground } from '../../log/guarded.ts';

export interface Models {
  list(): Promise<ModelFile[]>;
  /** Looks at the watched folders again. */
  look(): Promise<void>;
  /** What lies in the watched folders and is not read. */
  unread(): Promise<StudioFault[]>;
  /** Links a model file into the models folder. */
  add(path: string): Promise<void>;
  /** A number that rises whenever the list has to be read again. */
  changes(signal?: AbortSignal): AsyncGenerator<number, void>;
  load(wish: {
    id: string;
    contextSize: number | null;
    hardware?: Hardware | undefined;
    anyway?: boolean | undefined;
    again?: boolean | undefined;
  }): Promise<void>;
  survey(wish: { id: string; contextSize: number | null; hardware: Hardware }): Promise<Survey>;
  adapters(): Promise<AdapterFile[]>;
  setFormat(id: string, format: string | null): Promise<void>;
  /** How a format (null: the detected one) suits a model. */
  examineFormat(id: string, format: string | null): Promise<FormatReport>;
  formats(): { name: string; title: string }[];
  status(signal?: AbortSignal): AsyncGenerator<EngineStatus, void>;
  /** Ends an engine that does not answer. */
  giveUp(): void;
  /** Whether what this model has read is kept on disk. */
  keepsStates(id: string): boolean;
  /** The sampling that suits the model of last time. */
  suitableSampling(): Sampling;
  /** Fails where no reply can be written, also once what is under way has come about. */
  assertReply(): void;
  /** What a reply needs: waits for a load, starts the model of last time if none was loaded yet. */
  readyForReply(): Promise<Ready>;
  loadDefault(): Promise<void>;
  /** Starts the engine for the model of last time, without the model. */
  warm(): void;
}

export interface ModelsParts {
  readonly crashes: Crashes;
  readonly fingerprints: Fingerprints;
  readonly registry: ModelRegistry;
  readonly folders: Folders;
  readonly demo: DemoModel | null;
  survey(options: LoadOptions, freed: LoadedHardware['memory']): Promise<Survey>;
  beforeChange(): Promise<void>;
}

/** A file that takes longer to look at is listed without what is in it. */
const LIST_WITHIN_MS = 500;
/** While files are looked at, the list is told anew so often. */
const FILL_IN_MS = 1000;
type NotYet = { readonly examined: null; readonly fault: null };
const NOT_YET: NotYet = { examined: null, fault: null };

/** A state grows with its model: of larger ones it may take a gigabyte for a story. */
const KEEPS_STATES_BELOW = 4e9;

export function createModels(
  context: StudioContext,
  { crashes, fingerprints, registry, folders, demo, survey, beforeChange }: ModelsParts,
): Models {
  const { db, engine, env, log } = context;
  const adapters = join(env.dataDir, 'adapters');
  const watched = [join(env.dataDir, 'models'), ...(env.modelsDir === null ? [] : [env.modelsDir])];
  const inspections = createInspections();

  function choose(model: FoundModel, examined: Examined): PromptFormat {
    const chosen = getModel(db, model.id)?.chosenFormat;
    return (chosen ? formatByName(chosen) : null) ?? formatOfModel(model.path, examined, demo).format;
  }

  function describe(model: FoundModel, { examined, fault }: Inspected | NotYet): ModelFile {
    const stored = getModel(db, model.id);
    const found = examined ? formatOfModel(model.path, examined, demo) : null;
    const header = examined?.header;
    const fingerprint = fingerprints.of(model);
    return {
      id: model.id,
      name: model.name,
      bytes: model.bytes,
      demo: model.demo,
      architecture: header?.architecture ?? null,
      contextLength: header?.contextLength ?? null,
      format: found?.format.name ?? null,
      formatTitle: found?.format.title ?? null,
      evidence: found?.reasons[0] ?? null,
      confidence: found?.confidence ?? null,
      chosenFormat: stored?.chosenFormat ?? null,
      contextSize: stored?.contextSize ?? null,
      hardware: hardwareOf(db, model.id),
      fault: fault ?? crashes.fault(model),
      parts: header?.parts ?? 1,
      sha256: fingerprint?.sha256 ?? null,
      genuine: demo && model.demo && fingerprint ? fingerprint.sha256 === demo.sha256 : null,
      warnings: warningsOf(header, fingerprint),
    };
  }

  /** As far as their files were looked at in a moment; the rest is told as it is known. */
  async function list(): Promise<ModelFile[]> {
    await registry.looked;
    const { models } = registry;
    const over = new AbortController();
    const late = delay(LIST_WITHIN_MS, NOT_YET, { signal: over.signal }).catch(() => NOT_YET);
    const inspected = await Promise.all(models.map((model) => Promise.race([inspections.of(model), late])));
    over.abort();
    if (inspected.includes(NOT_YET)) {
      const all = Promise.all(models.map((model) => inspections.of(model)));
      inBackground(Promise.race([all, delay(FILL_IN_MS, undefined, { ref: false })]).then(registry.tell));
    }
    return models.map((model, index) => describe(model, inspected[index] ?? NOT_YET));
  }

  async function byId(id: string): Promise<FoundModel> {
    if (registry.get(id) === null) await registry.look();
    const model = await registry.find(id);
    if (!model) throw failure('NO_MODEL', {});
    return model;
  }

  function remember(
    model: FoundModel,
    header: GgufHeader,
    change: { chosenFormat?: string | null; contextSize?: number | null; lastUsedAt?: number },
  ): void {
    const stored = getModel(db, model.id);
    const known = fingerprints.of(model);
    rememberModel(db, {
      id: model.id,
      path: model.path,
      name: model.name,
      bytes: model.bytes,
      modifiedAt: model.modifiedAt,
      sha256: known?.sha256 ?? null,
      broken: known?.broken ?? null,
      architecture: header.architecture,
      contextLength: header.contextLength,
      chosenFormat: stored?.chosenFormat ?? null,
      contextSize: stored?.contextSize ?? null,
      lastUsedAt: stored?.lastUsedAt ?? null,
      ...change,
    });
  }

  const optionsFor = async (model: FoundModel, contextSize: number | null, hardware: Hardware): Promise<LoadOptions> =>
    chosenLoad(context, model, contextSize, hardware, {
      adapters: hardware.adapters.length === 0 ? [] : await folders.look(adapters),
      models: registry.models,
    });

  function refuseAside(model: FoundModel): void {
    const aside = crashes.fault(model);
    if (aside) throw new FaultError(aside);
  }

  async function start(
    model: FoundModel,
    contextSize: number | null,
    {
      hardware = hardwareOf(db, model.id),
      anyway = false,
    }: { hardware?: Hardware | undefined; anyway?: boolean | undefined } = {},
  ): Promise<Ready> {
    refuseAside(model);
    const { examined, fault } = await inspections.again(model);
    if (!examined) throw new FaultError(fault);
    const ready = await engine.load({
      id: model.id,
      name: model.name,
      options: { ...(await optionsFor(model, contextSize, hardware)), anyway },
      hardware,
      format: choose(model, examined),
      bytes: model.bytes,
      modifiedAt: model.modifiedAt,
      sha256: fingerprints.of(model)?.sha256 ?? null,
    });
    try {
      remember(model, examined.header, { contextSize, lastUsedAt: Date.now() });
      rememberHardware(db, model.id, hardware);
      rememberChunk(context, model, hardware, ready.setup);
      writeSetting(db, 'studio', 'model', model.id);
      fingerprints.read(model);
    } catch (error) {
      // It is loaded, whatever the store takes of it.
      log.error('model.remember', errorFacts(error));
    }
    return ready;
  }

  async function openable(model: FoundModel): Promise<Examined> {
    const { examined } = await inspections.of(model);
    if (!examined) throw failure('NO_FORMAT_OF_UNREADABLE', {});
    return examined;
  }

  const demoModel = (): FoundModel | null => registry.models.find((model) => model.demo) ?? null;

  /** As known. */
  function lastUsed(): FoundModel | null {
    const id = readSetting(db, 'studio', 'model');
    return (typeof id === 'string' ? registry.get(id) : null) ?? demoModel();
  }

  /** So many models are being started. */
  let starts = 0;
  const counted = async <T>(starting: () => Promise<T>): Promise<T> => {
    starts += 1;
    try {
      return await starting();
    } finally {
      starts -= 1;
    }
  };
  let first: Promise<Ready | null> | null = null;
  let wasTried = false;
  async function startLastNow(): Promise<Ready | null> {
    const model = lastUsed();
    wasTried = true;
    if (!model) return null;
    try {
      return await counted(async () => {
        const now = (await registry.find(model.id)) ?? demoModel();
        return now === null ? null : start(now, getModel(db, now.id)?.contextSize ?? null);
      });
    } catch (error) {
      engine.refuse(model, faultOf(error));
      throw error;
    }
  }
  const startLast = (): Promise<Ready | null> =>
    (first ??= startLastNow().catch((error: unknown) => {
      // Whoever asks next tries it again.
      first = null;
      throw error;
    }));

  /**
   * A load that was cut off begins anew. A file that was replaced while nothing had it open is another model: its own
   * hash, format and warnings, and nothing that the old one read.
   */
  async function startAgain(): Promise<void> {
    const { toLoadAgain } = engine;
    if (!toLoadAgain) return;
    const {
      id,
      hardware,
      options: { contextSize, anyway },
    } = toLoadAgain;
    const model = await byId(id);
    await beforeChange();
    await start(model, contextSize, { hardware, anyway });
  }

  return {
    list,
    look: () => registry.look(),
    changes: (signal) => registry.watch(signal),
    async load({ id, contextSize, hardware, anyway, again = false }) {
      const model = await byId(id);
      if (again) crashes.forget(model);
      first ??= Promise.resolve(null);
      await counted(async () => {
        await beforeChange();
        await start(model, contextSize, { hardware, anyway });
      });
    },
    async survey({ id, contextSize, hardware }) {
      return survey(await optionsFor(await byId(id), contextSize, hardware), engine.held);
    },
    unread: async () =>
      (await Promise.all(watched.map((folder) => folders.unread(folder).catch((error) => [faultOf(error)])))).flat(),
    async add(path) {
      await folders.link(path, join(env.dataDir, 'models'));
      await registry.look();
    },
    adapters: async () => (await folders.look(adapters)).map(({ id, name, bytes }) => ({ id, name, bytes })),
    async setFormat(id, format) {
      const model = await byId(id);
      if (format !== null && !formatByName(format)) throw failure('NO_FORMAT', { name: format });
      const examined = await openable(model);
      remember(model, examined.header, { chosenFormat: format });
      engine.setFormat(id, choose(model, examined));
    },
    async examineFormat(id, format) {
      const model = await byId(id);
      const examined = await openable(model);
      const detected = formatOfModel(model.path, examined, demo);
      return reportFormat((format === null ? null : formatByName(format)) ?? detected.format, {
        modelId: id,
        examined,
        detected,
        engine,
      });
    },
    formats: () => FORMATS.map(({ name, title }) => ({ name, title })),
    status: (signal) => engine.watch(signal),
    giveUp: () => engine.giveUp(),
    keepsStates: (id) => hardwareOf(db, id).keepState ?? (getModel(db, id)?.bytes ?? Infinity) < KEEPS_STATES_BELOW,
    suitableSampling: () => (demo && lastUsed()?.demo ? demo.sampling : DEFAULT_SAMPLING),
    assertReply() {
      const last = lastUsed();
      if (last) refuseAside(last);
      const isUnderWay = first === null || starts > 0 || engine.isLoading;
      if (!isUnderWay && !engine.chosen && !engine.toLoadAgain) throw failure('NO_ENGINE', {});
    },
    async readyForReply() {
      const refused = await startLast().then(
        () => null,
        (error: unknown) => error,
      );
      // What is loaded again is looked at in a thread first: its disk may not answer.
      if (engine.chosen !== null && engine.host.state === 'empty') await registry.find(engine.chosen.modelId);
      // What was just tried is not tried twice.
      if (refused === null) await startAgain();
      const ready = await engine.ready();
      const last = lastUsed();
      if (last) refuseAside(last);
      if (!ready) throw refused ?? failure('NO_ENGINE', {});
      return ready;
    },
    warm() {
      const id = readSetting(db, 'studio', 'model');
      const { gpuLayers, device } = typeof id === 'string' ? hardwareOf(db, id) : DEFAULT_HARDWARE;
      engine.warm(kindOf({ gpu: env.gpu, tuning: { gpuLayers, device } }));
    },
    async loadDefault() {
      // What went wrong is in the status.
      if (!wasTried) await startLast().catch(() => null);
    },
  };
}

function warningsOf(header: GgufHeader | undefined, fingerprint: Fingerprint | null): StudioFault[] {
  const broken = fingerprint?.broken ?? null;
  return [...(header?.warnings ?? []), ...(broken === null ? [] : [fault('ODD_WEIGHTS', { name: broken })])];
}

import { useQuery } from '@tanstack/react-query';
import { ChevronRight } from 'lucide-react';
import { useId, useState, type ReactElement, type ReactNode } from 'react';
import { sentenceOf } from '../../shared/faults/sentence.ts';
import type { EngineStatus, ModelFile } from '../../shared/contract/models.ts';
import {
  DEFAULT_HARDWARE,
  type Hardware,
  KEY_CACHES,
  MOST_GPU_LAYERS,
  MOST_THREADS,
  PROMPT_CHUNKS,
} from '../../shared/settings/hardware.ts';
import { useFlag } from '../workspace/remembered.ts';
import { queries } from '../lib/client.ts';
import { words } from '../locales/index.ts';
import { NumberField } from '../ui/number-field.tsx';
import { Select } from '../ui/select.tsx';
import { Adapters } from './adapters.tsx';
import { LoadedFacts } from './loaded-facts.tsx';
import { useModels } from './models.ts';
import { Verdict, type LoadOptions } from './verdict.tsx';
import ui from '../ui/ui.module.css';
import css from './models.module.css';

interface Props {
  readonly model: ModelFile;
  readonly engine: EngineStatus;
  readonly onLoad: (options: LoadOptions) => void;
}

/** How a model is loaded, for people who know their machine. Nothing changes until the model is loaded again. */
export function Advanced({ model, engine, onLoad }: Props): ReactElement {
  const [open, setOpen] = useFlag('hardwareOpen', false);
  const loaded = engine.modelId === model.id ? engine.hardware : null;
  return (
    <section className={css.advanced} aria-label={words.models.advanced}>
      <button type="button" className={ui.disclose} aria-expanded={open} onClick={() => setOpen(!open)}>
        <ChevronRight size={14} aria-hidden />
        <b>{words.models.advanced}</b>
        <span className="num">{engine.modelId === model.id ? engine.device : null}</span>
      </button>
      {loaded === null || loaded.warning === null ? null : (
        <p className={ui.fault} role="status">
          {sentenceOf(loaded.warning)}
        </p>
      )}
      {open ? <Settings key={JSON.stringify(model.hardware)} model={model} engine={engine} onLoad={onLoad} /> : null}
    </section>
  );
}

function Settings({ model, engine, onLoad }: Props): ReactElement {
  const [hardware, setHardware] = useState(model.hardware);
  const change = (part: Partial<Hardware>): void => setHardware({ ...hardware, ...part });
  const changed = JSON.stringify(hardware) !== JSON.stringify(model.hardware);
  return (
    <div className={css.settingsList}>
      {engine.modelId === model.id && engine.hardware !== null ? <LoadedFacts hardware={engine.hardware} /> : null}
      {model.sha256 === null ? null : (
        <div className={css.fingerprints}>
          <span>{words.models.fingerprint}</span>
          <code className={css.fingerprint} title={model.sha256}>
            {model.sha256}
          </code>
          {model.genuine === null ? null : (
            <p className={model.genuine ? ui.quiet : ui.fault}>{words.models.genuine(model.genuine)}</p>
          )}
        </div>
      )}
      <p className={ui.quiet}>{words.hardware.intro}</p>
      <Setting label={words.hardware.threads} hint={words.hardware.threadsHint}>
        {(id) => (
          <NumberField
            id={id}
            least={1}
            placeholder={words.hardware.automatic}
            value={hardware.threads === 0 ? null : hardware.threads}
            most={MOST_THREADS}
            onChange={(threads) => change({ threads: threads ?? 0 })}
          />
        )}
      </Setting>
      <GraphicsSettings model={model} hardware={hardware} change={change} />
      <Setting label={words.hardware.promptChunk} hint={words.hardware.promptChunkHint}>
        {() => (
          <Select
            label={words.hardware.promptChunk}
            items={chunks(engine.hardware?.promptChunk ?? null)}
            value={String(hardware.promptChunk ?? 0)}
            onChoose={(value) =>
              change({ promptChunk: PROMPT_CHUNKS.find((chunk) => String(chunk) === value) ?? null })
            }
          />
        )}
      </Setting>
      <Setting label={words.hardware.keyCache} hint={words.hardware.keyCacheHint}>
        {() => (
          <Select
            label={words.hardware.keyCache}
            items={words.hardware.keyCaches}
            value={hardware.keyCache}
            onChoose={(value) => change({ keyCache: KEY_CACHES.find((one) => one === value) ?? 'f16' })}
          />
        )}
      </Setting>
      {hardware.keyCache === 'f16' ? null : <p className={ui.quiet}>{words.hardware.notExact}</p>}
      <ReuseSettings hardware={hardware} change={change} />
      <GuessSettings model={model} hardware={hardware} change={change} />
      <Adapters chosen={hardware.adapters} onChange={(adapters) => change({ adapters })} />
      {changed ? <Verdict model={model} contextSize={model.contextSize} hardware={hardware} onLoad={onLoad} /> : null}
      <p className={css.buttons}>
        {changed ? (
          <button
            type="button"
            className={ui.button}
            onClick={() => onLoad({ contextSize: model.contextSize, hardware })}
          >
            {words.hardware.apply}
          </button>
        ) : null}
        <button type="button" className={ui.textButton} onClick={() => setHardware(DEFAULT_HARDWARE)}>
          {words.sampling.defaults}
        </button>
      </p>
    </div>
  );
}

interface PartProps {
  readonly model: ModelFile;
  readonly hardware: Hardware;
  readonly change: (part: Partial<Hardware>) => void;
}

function GraphicsSettings({ model, hardware, change }: PartProps): ReactElement {
  const survey = useQuery({
    ...queries.models.survey.queryOptions({ input: { id: model.id, contextSize: 512, hardware: DEFAULT_HARDWARE } }),
    staleTime: Infinity,
    retry: false,
  });
  const devices = survey.data?.devices ?? [];
  if (devices.length === 0 && hardware.device === null && hardware.gpuLayers === 'auto')
    return <p className={ui.quiet}>{survey.isPending ? words.hardware.lookingForCards : words.hardware.noCard}</p>;
  const some = typeof hardware.gpuLayers === 'number' && hardware.gpuLayers > 0 ? hardware.gpuLayers : null;
  const cards = {
    all: words.hardware.allCards,
    ...Object.fromEntries(devices.map((name, index) => [String(index), name])),
    ...(hardware.device === null || hardware.device < devices.length
      ? {}
      : { [hardware.device]: words.hardware.card(hardware.device + 1) }),
  };
  return (
    <>
      <Setting label={words.hardware.device} hint={words.hardware.deviceHint}>
        {() => (
          <Select
            label={words.hardware.device}
            items={cards}
            value={String(hardware.device ?? 'all')}
            onChoose={(value) => change({ device: value === 'all' ? null : Number(value) })}
          />
        )}
      </Setting>
      <Setting label={words.hardware.gpuLayers} hint={words.hardware.gpuLayersHint}>
        {() => (
          <Select
            label={words.hardware.gpuLayers}
            items={words.hardware.layers}
            value={some === null ? String(hardware.gpuLayers) : 'some'}
            onChoose={(value) =>
              change({ gpuLayers: value === 'some' ? 8 : value === '0' ? 0 : value === 'max' ? 'max' : 'auto' })
            }
          />
        )}
      </Setting>
      {some === null ? null : (
        <Setting label={words.hardware.layerCount} hint={words.hardware.gpuLayersHint}>
          {(id) => (
            <NumberField
              id={id}
              least={1}
              placeholder={words.hardware.automatic}
              value={some}
              most={MOST_GPU_LAYERS}
              onChange={(layers) => change({ gpuLayers: layers ?? 'auto' })}
            />
          )}
        </Setting>
      )}
    </>
  );
}

function ReuseSettings({ hardware, change }: Omit<PartProps, 'model'>): ReactElement {
  return (
    <>
      <Setting label={words.hardware.slide} hint={words.hardware.slideHint}>
        {() => (
          <Select
            label={words.hardware.slide}
            items={words.hardware.slides}
            value={hardware.fastSlide ? 'fast' : 'exact'}
            onChoose={(value) => change({ fastSlide: value === 'fast' })}
          />
        )}
      </Setting>
      {hardware.fastSlide ? <p className={ui.quiet}>{words.hardware.fastSlide}</p> : null}
      <Setting label={words.hardware.keepState} hint={words.hardware.keepStateHint}>
        {() => (
          <Select
            label={words.hardware.keepState}
            items={words.hardware.keepStates}
            value={hardware.keepState === null ? 'size' : hardware.keepState ? 'yes' : 'no'}
            onChoose={(value) => change({ keepState: value === 'size' ? null : value === 'yes' })}
          />
        )}
      </Setting>
    </>
  );
}

function GuessSettings({ model, hardware, change }: PartProps): ReactElement {
  const others = (useModels() ?? []).filter(
    (one) => one.fault === null && one.id !== model.id && one.bytes < model.bytes,
  );
  const items = {
    none: words.hardware.noGuess,
    lookup: words.hardware.lookup,
    ...Object.fromEntries(others.map((one) => [one.id, words.hardware.draft(one.name)])),
  };
  const value = hardware.draft ?? (hardware.lookup ? 'lookup' : 'none');
  return (
    <>
      <Setting label={words.hardware.guess} hint={words.hardware.guessHint}>
        {() => (
          <Select
            label={words.hardware.guess}
            items={items}
            value={value}
            onChoose={(chosen) =>
              change({ lookup: chosen === 'lookup', draft: chosen === 'lookup' || chosen === 'none' ? null : chosen })
            }
          />
        )}
      </Setting>
      {value === 'none' ? null : <p className={ui.quiet}>{words.hardware.native}</p>}
    </>
  );
}

interface SettingProps {
  readonly label: string;
  readonly hint: string;
  readonly children: (id: string) => ReactNode;
}

function Setting({ label, hint, children }: SettingProps): ReactElement {
  const id = useId();
  return (
    <div className={css.hardwareSet} title={hint}>
      <label htmlFor={id}>{label}</label>
      {children(id)}
    </div>
  );
}

function chunks(measured: number | null): Record<string, string> {
  return {
    0: words.hardware.measured(measured),
    ...Object.fromEntries(PROMPT_CHUNKS.map((chunk) => [String(chunk), words.common.tokens(chunk)])),
  };
}

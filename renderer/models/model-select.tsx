import type { ReactElement } from 'react';
import { sentenceOf } from '../../shared/faults/sentence.ts';
import type { EngineStatus, ModelFile } from '../../shared/contract/models.ts';
import { fileSize, tokensPerSecond } from '../lib/numbers.ts';
import { words } from '../locales/index.ts';
import { Select, SelectOption } from '../ui/select.tsx';
import { isAside, useFormats } from './models.ts';
import css from './models.module.css';

interface Props {
  readonly models: readonly ModelFile[];
  readonly chosen: string | null;
  readonly engine: EngineStatus;
  readonly onChoose: (model: ModelFile) => void;
}

export function ModelSelect({ models, chosen, engine, onChoose }: Props): ReactElement {
  const items = Object.fromEntries(models.map((model) => [model.id, model.name]));
  const current = models.find((model) => model.id === chosen);
  return (
    <Select
      label={words.models.model}
      items={items}
      value={chosen}
      shown={(chosen === null ? null : (items[chosen] ?? engine.modelName)) ?? words.models.chooseModel}
      badge={current?.demo === true ? <span className={css.badge}>{words.models.demo}</span> : null}
      look="card"
      onChoose={(id) => {
        const model = models.find((one) => one.id === id);
        if (model !== undefined) onChoose(model);
      }}
    >
      {models.map((model) => (
        <ModelOption key={model.id} model={model} engine={engine} />
      ))}
    </Select>
  );
}

/** Where a model stands: running, on its way, or the reason why it cannot be opened. */
function verdict(
  model: ModelFile,
  engine: EngineStatus,
): { readonly text: string; readonly tone: 'good' | 'bad' | 'plain' } | null {
  if (model.fault !== null)
    return { text: isAside(model) ? words.models.tryAgain : words.models.cannotOpen, tone: 'bad' };
  if (engine.modelId !== model.id) return null;
  if (engine.state === 'loading') return { text: words.models.loading(engine.progress), tone: 'plain' };
  if (engine.state !== 'ready' && engine.state !== 'generating') return null;
  const speed = tokensPerSecond(engine.tokensPerSecond);
  const loaded = words.models.loaded;
  return { text: speed === null ? loaded : `${loaded} · ${words.shell.tokensPerSecond(speed)}`, tone: 'good' };
}

function ModelOption({ model, engine }: { readonly model: ModelFile; readonly engine: EngineStatus }): ReactElement {
  const formats = useFormats();
  const state = verdict(model, engine);
  const title = formats.find((one) => one.name === model.chosenFormat)?.title ?? model.formatTitle;
  const format = title === null ? null : words.models.formatOf(title);
  const facts = [
    model.demo ? words.models.demo : null,
    format,
    fileSize(model.bytes),
    model.parts > 1 ? words.models.files(model.parts) : null,
  ].filter((fact) => fact !== null);
  return (
    <SelectOption value={model.id} title={model.name} isDisabled={model.fault !== null && !isAside(model)} look="card">
      {state === null ? (
        <span />
      ) : (
        <span className={`${css.verdict} num`} data-tone={state.tone}>
          {state.text}
        </span>
      )}
      <small>{model.fault === null ? facts.join(' · ') : sentenceOf(model.fault)}</small>
    </SelectOption>
  );
}

import { Select } from '@base-ui/react/select';
import { ChevronsUpDown } from 'lucide-react';
import type { ReactElement } from 'react';
import type { EngineStatus, ModelFile } from '../../shared/contract/models.ts';
import { fileSize, tokensPerSecond } from '../lib/numbers.ts';
import { words } from '../locales/index.ts';
import { isAside, useFormats } from './models.ts';

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
    <Select.Root
      items={items}
      value={chosen}
      modal={false}
      onValueChange={(id) => {
        const model = models.find((one) => one.id === id);
        if (model !== undefined) onChoose(model);
      }}
    >
      <Select.Trigger className="select" aria-label={words.models.model}>
        <Select.Value>
          {(id: string | null) =>
            id === null ? words.models.chooseModel : (items[id] ?? engine.modelName ?? words.models.chooseModel)
          }
        </Select.Value>
        {current?.demo === true ? <span className="badge">{words.models.demo}</span> : null}
        <Select.Icon>
          <ChevronsUpDown size={14} aria-hidden />
        </Select.Icon>
      </Select.Trigger>
      <Select.Portal>
        <Select.Positioner className="layer" data-layer sideOffset={6} align="end" alignItemWithTrigger={false}>
          <Select.Popup className="model-list">
            <Select.List>
              {models.map((model) => (
                <ModelOption key={model.id} model={model} engine={engine} />
              ))}
            </Select.List>
          </Select.Popup>
        </Select.Positioner>
      </Select.Portal>
    </Select.Root>
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
  const speed =
    engine.tokensPerSecond === null ? null : words.shell.tokensPerSecond(tokensPerSecond(engine.tokensPerSecond));
  return { text: speed === null ? words.models.loaded : `${words.models.loaded} · ${speed}`, tone: 'good' };
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
    <Select.Item
      value={model.id}
      label={model.name}
      disabled={model.fault !== null && !isAside(model)}
      className="model-option"
    >
      <Select.ItemText render={<b />}>{model.name}</Select.ItemText>
      {state === null ? <span /> : <span className={`verdict ${state.tone} num`}>{state.text}</span>}
      <small>{model.fault === null ? facts.join(' · ') : model.fault.message}</small>
    </Select.Item>
  );
}

import { useMutation } from '@tanstack/react-query';
import { ChevronRight, TriangleAlert } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { sentenceOf } from '../../shared/faults/sentence.ts';
import { LEAST_CONTEXT, MOST_CONTEXT, type EngineStatus, type ModelFile } from '../../shared/contract/models.ts';
import { useFlag } from '../workspace/remembered.ts';
import { useOpenChapter, useWorkspace } from '../workspace/workspace.ts';
import { api } from '../lib/client.ts';
import { useEngine } from './engine-status.ts';
import { faultOf } from '../lib/faults.ts';
import { words } from '../locales/index.ts';
import { AddModel, useUnread } from './add-model-file.tsx';
import { Advanced } from './advanced.tsx';
import { FormatSelect } from './format-select.tsx';
import { ModelSelect } from './model-select.tsx';
import { isAside, useModels } from './models.ts';
import { Verdict, type LoadOptions } from './verdict.tsx';
import ui from '../ui/ui.module.css';
import css from './models.module.css';

/** What another context, or another share on the card, may mend. */
const OF_MEMORY = new Set(['MEMORY', 'MODEL_TOO_LARGE', 'CONTEXT_TOO_LARGE']);

export function ModelPanel(): ReactElement {
  const models = useModels();
  const engine = useEngine();
  const load = useMutation({
    mutationFn: (wanted: LoadOptions & { id: string; again: boolean }) => api.models.load(wanted),
    onError: () => undefined,
  });
  const ask = (model: ModelFile, options: LoadOptions = { contextSize: model.contextSize }): void =>
    load.mutate({ id: model.id, again: isAside(model), ...options });
  const chosen = load.isPending ? load.variables.id : engine.modelId;
  const model = models?.find((one) => one.id === chosen) ?? null;
  const inTurn = useOpenChapter((chapter) => chapter.lastGeneration?.fault ?? null);
  // What stopped a reply stands in its turn already.
  const told = engine.fault !== null && inTurn?.code === engine.fault.code;
  const standing = model !== null && isAside(model) ? model.fault : told ? null : engine.fault;
  const fault = load.error === null ? standing : faultOf(load.error);
  const isWell = fault === null && (models === undefined || model !== null);
  const [asked, setAsked] = useFlag('modelOpen', false);
  if (isWell && !asked)
    return (
      <section className={css.modelPanel} aria-label={words.models.model}>
        <Heading open={false} model={model} engine={engine} onToggle={() => setAsked(true)} />
      </section>
    );
  return (
    <section className={css.modelPanel} aria-label={words.models.model}>
      {isWell ? (
        <Heading open model={model} engine={engine} onToggle={() => setAsked(false)} />
      ) : (
        <h2>{words.models.model}</h2>
      )}
      {models?.length === 0 ? (
        <p className={ui.quiet}>{words.models.noModels}</p>
      ) : (
        <ModelSelect models={models ?? []} chosen={chosen} engine={engine} onChoose={ask} />
      )}
      {engine.state === 'loading' ? <LoadProgress engine={engine} /> : null}
      {fault === null ? null : (
        <div className={css.modelFault} role="alert">
          <p className={ui.fault}>{sentenceOf(fault)}</p>
          {fault.detail === undefined ? null : (
            <details>
              <summary>{words.common.details}</summary>
              <pre>{fault.detail}</pre>
            </details>
          )}
          {model !== null && OF_MEMORY.has(fault.code) ? (
            <Verdict
              model={model}
              contextSize={load.variables?.contextSize ?? model.contextSize}
              hardware={load.variables?.hardware ?? model.hardware}
              onLoad={(options) => ask(model, options)}
            />
          ) : null}
          {model === null || engine.state === 'ready' || engine.state === 'generating' ? null : (
            <button type="button" className={ui.link} onClick={() => ask(model)}>
              {isAside(model) ? words.models.tryAgain : words.models.loadAgain}
            </button>
          )}
        </div>
      )}
      <AddModel />
      {model === null ? null : (
        <ModelDetails key={model.id} model={model} engine={engine} onLoad={(options) => ask(model, options)} />
      )}
    </section>
  );
}

interface HeadingProps {
  readonly open: boolean;
  readonly model: ModelFile | null;
  readonly engine: EngineStatus;
  readonly onToggle: () => void;
}

/** While all is well, the model is one line; what is odd about its file, or is not read, is marked there. */
function Heading({ open, model, engine, onToggle }: HeadingProps): ReactElement {
  const isOdd = (model?.warnings.length ?? 0) > 0 || (engine.hardware?.warning ?? null) !== null;
  const isUnread = useUnread().length > 0;
  const sign = isOdd ? words.models.odd : isUnread ? words.models.someUnread : null;
  return (
    <button type="button" className={ui.disclose} aria-expanded={open} onClick={onToggle}>
      <ChevronRight size={14} aria-hidden />
      <b>{words.models.model}</b>
      {open ? null : (
        <span className={`${css.folded} num`}>
          {sign === null ? null : (
            <span className={css.odd} role="img" aria-label={sign} title={sign}>
              <TriangleAlert size={13} aria-hidden />
            </span>
          )}
          {engine.state === 'loading' ? words.models.loading(engine.progress) : (model?.name ?? '')}
        </span>
      )}
    </button>
  );
}

function LoadProgress({ engine }: { readonly engine: EngineStatus }): ReactElement {
  const text = words.models.loading(engine.progress);
  return (
    <div className={css.load}>
      <progress aria-label={text} max={1} value={engine.progress ?? 0} />
      <span className="num">{text}</span>
    </div>
  );
}

interface DetailsProps {
  readonly model: ModelFile;
  readonly engine: EngineStatus;
  readonly onLoad: (options: LoadOptions) => void;
}

function ModelDetails({ model, engine, onLoad }: DetailsProps): ReactElement {
  const running = engine.modelId === model.id && engine.contextSize !== null ? engine.contextSize : null;
  return (
    <div className={css.modelDetails}>
      <span className={css.label}>{words.models.format}</span>
      <FormatSelect model={model} />
      {model.evidence === null || model.chosenFormat !== null ? null : (
        <p className={ui.quiet}>{words.models.evidence(model.formatTitle ?? '', sentenceOf(model.evidence))}</p>
      )}
      <p>
        <button type="button" className={ui.link} onClick={() => useWorkspace.setState({ dialog: 'format' })}>
          {words.commands.openFormatDoctor}
        </button>
      </p>
      <ContextSize key={running ?? 0} model={model} running={running} onLoad={onLoad} />
      {model.warnings.map((warning) => (
        <p key={warning.code} className={css.caution}>
          <TriangleAlert size={14} aria-hidden />
          {sentenceOf(warning)}
        </p>
      ))}
      <Advanced model={model} engine={engine} onLoad={onLoad} />
    </div>
  );
}

interface ContextProps {
  readonly model: ModelFile;
  readonly running: number | null;
  readonly onLoad: (options: LoadOptions) => void;
}

function ContextSize({ model, running, onLoad }: ContextProps): ReactElement {
  const before = String(model.contextSize ?? running ?? '');
  const [text, setText] = useState(before);
  const size = text.trim() === '' ? null : Number(text.replaceAll(/[\s,.]/g, ''));
  const valid = size === null || (Number.isInteger(size) && size >= LEAST_CONTEXT && size <= MOST_CONTEXT);
  const changed = text.trim() !== before;
  const hint = valid ? words.models.contextHint(model.contextLength) : words.models.contextRange;
  return (
    <>
      <label className={css.label} htmlFor="context-size">
        {words.models.contextSize}
      </label>
      <form
        className={css.contextSize}
        onSubmit={(event) => {
          event.preventDefault();
          if (valid) onLoad({ contextSize: size });
        }}
      >
        <input
          id="context-size"
          className={`${ui.field} num`}
          inputMode="numeric"
          placeholder={words.models.contextAuto}
          value={text}
          aria-invalid={!valid || undefined}
          title={hint}
          onChange={(event) => setText(event.target.value)}
        />
        {changed ? (
          <button type="submit" className={ui.button} disabled={!valid}>
            {words.models.apply}
          </button>
        ) : null}
      </form>
      {changed && valid ? <Verdict model={model} contextSize={size} hardware={model.hardware} onLoad={onLoad} /> : null}
      {changed ? (
        <p className={valid ? ui.quiet : ui.fault}>{hint}</p>
      ) : model.contextLength === null ? null : (
        <p className={`${ui.quiet} num`}>{words.models.trainedWith(model.contextLength)}</p>
      )}
    </>
  );
}

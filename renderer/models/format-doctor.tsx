import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { TriangleAlert } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { sentenceOf } from '../../shared/faults/sentence.ts';
import type { FormatReport, FormatToken, ModelFile } from '../../shared/contract/models.ts';
import { queries } from '../lib/client.ts';
import { useEngine } from './engine-status.ts';
import { faultOf } from '../lib/faults.ts';
import { words } from '../locales/index.ts';
import { Modal } from '../ui/modal.tsx';
import { FormatSelect } from './format-select.tsx';
import { useModels } from './models.ts';
import ui from '../ui/ui.module.css';
import css from './models.module.css';

/** Which format the model in use was taught and why, and what it then reads. */
export function FormatDoctor({ onClose }: { readonly onClose: () => void }): ReactElement {
  const chosen = useEngine((engine) => engine.modelId);
  const loaded = useEngine((engine) => engine.state === 'ready' || engine.state === 'generating');
  const model = useModels()?.find((one) => one.id === chosen);
  return (
    <Modal
      title={model === undefined ? words.models.formatDoctor : words.models.formatDoctorOf(model.name)}
      onClose={onClose}
    >
      {model === undefined ? (
        <p className={ui.quiet}>{words.commands.noModel}</p>
      ) : (
        <Report key={String(loaded)} model={model} />
      )}
    </Modal>
  );
}

function Report({ model }: { readonly model: ModelFile }): ReactElement {
  const { data: report, error } = useQuery(
    queries.models.examineFormat.queryOptions({
      input: { id: model.id, format: model.chosenFormat },
      placeholderData: keepPreviousData,
      staleTime: 0,
    }),
  );
  return (
    <div className={css.doctor}>
      <FormatSelect model={model} />
      {error === null ? null : (
        <p className={ui.fault} role="alert">
          {sentenceOf(faultOf(error))}
        </p>
      )}
      {report === undefined ? null : (
        <Findings report={report} chosen={model.chosenFormat !== null && model.chosenFormat !== model.format} />
      )}
    </div>
  );
}

function Findings({
  report: { detected, warnings, trim, sample, tokens },
  chosen,
}: {
  readonly report: FormatReport;
  readonly chosen: boolean;
}): ReactElement {
  const trims = words.models.trims(trim);
  return (
    <>
      <section>
        <h3 className={css.why}>
          {words.models.whyFormat(detected.title)}
          <span className={css.confidence} data-confidence={detected.confidence}>
            {words.models.confidence[detected.confidence]}
          </span>
        </h3>
        <ul className={css.reasons}>
          {detected.reasons.map((reason) => (
            <li key={sentenceOf(reason)}>{sentenceOf(reason)}</li>
          ))}
        </ul>
        {chosen ? <p className={ui.quiet}>{words.models.otherThanDetected}</p> : null}
      </section>
      {warnings.length === 0 ? null : (
        <section aria-label={words.models.formatWarnings}>
          <h3>{words.models.formatWarnings}</h3>
          <ul className={css.cautions}>
            {warnings.map((warning) => (
              <li key={warning.code} className={css.caution}>
                <TriangleAlert size={14} aria-hidden />
                {sentenceOf(warning)}
              </li>
            ))}
          </ul>
        </section>
      )}
      {tokens === null ? <Untokenised sample={sample} /> : <Tokenised sample={tokens.sample} ends={tokens.ends} />}
      {trims === null ? null : <p className={css.sampleFoot}>{trims}</p>}
    </>
  );
}

function Untokenised({ sample }: Pick<FormatReport, 'sample'>): ReactElement {
  return (
    <section>
      <h3>{words.models.formatSample}</h3>
      {/* Pieces of a text have no other name than their place. */}
      <p className={css.sample} role="group" aria-label={words.models.formatSample}>
        {sample.map(({ text, mark }, place) => (
          <span key={place} className={mark ? css.token : undefined} data-kind={mark ? 'control' : undefined}>
            {text}
          </span>
        ))}
      </p>
      <p className={css.sampleFoot}>{words.models.noTokens}</p>
    </section>
  );
}

function Tokenised({ sample, ends }: NonNullable<FormatReport['tokens']>): ReactElement {
  const [numbered, setNumbered] = useState(false);
  const kinds = (['control', 'user-defined'] as const).filter((kind) => sample.some((token) => token.kind === kind));
  return (
    <section>
      <div className={css.sampleHead}>
        <h3>
          {words.models.formatSample} · <span className="num">{words.models.formatTokens(sample.length)}</span>
        </h3>
        <label>
          <input type="checkbox" checked={numbered} onChange={(event) => setNumbered(event.target.checked)} />
          {words.models.tokenIds}
        </label>
      </div>
      <p className={css.sample} role="group" aria-label={words.models.formatSample}>
        {sample.map((token, place) => (
          <Token key={place} token={token} numbered={numbered} />
        ))}
      </p>
      <p className={css.sampleFoot}>
        {kinds.map((kind) => (
          <span key={kind}>
            <span className={css.token} data-kind={kind}>
              {sample.find((token) => token.kind === kind)?.text}
            </span>{' '}
            {words.models.tokenLegend[kind]}
          </span>
        ))}
        {ends.length === 0 ? null : (
          <span>
            {words.models.replyEndsAt}{' '}
            {ends.map((token) => (
              <Token key={token.id} token={token} numbered={false} />
            ))}
          </span>
        )}
      </p>
    </section>
  );
}

function Token({
  token: { id, text, kind },
  numbered,
}: {
  readonly token: FormatToken;
  readonly numbered: boolean;
}): ReactElement {
  return (
    <span className={css.token} data-kind={kind} title={words.models.tokenName(words.models.tokenKinds[kind], id)}>
      {text}
      {numbered ? <small className="num">{id}</small> : null}
    </span>
  );
}

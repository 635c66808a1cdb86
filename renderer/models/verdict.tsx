import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { sentenceOf } from '../../shared/faults/sentence.ts';
import type { MemoryEstimate, ModelFile } from '../../shared/contract/models.ts';
import type { Hardware } from '../../shared/settings/hardware.ts';
import { queries } from '../lib/client.ts';
import { faultOf } from '../lib/faults.ts';
import { fileSize } from '../lib/numbers.ts';
import { useRested } from '../lib/rested.ts';
import { words } from '../locales/index.ts';
import ui from '../ui/ui.module.css';
import css from './models.module.css';

/** Asking starts a process, so it waits until nobody types. */
const REST_MS = 500;

export interface LoadOptions {
  readonly contextSize: number | null;
  readonly hardware?: Hardware;
  readonly anyway?: boolean;
}
interface Props {
  readonly model: ModelFile;
  readonly contextSize: number | null;
  readonly hardware: Hardware;
  readonly onLoad: (options: LoadOptions) => void;
}

/** Whether a load would fit into memory, before it is tried, and what would. */
export function Verdict({ model, contextSize, hardware, onLoad }: Props): ReactElement {
  const input = useRested({ id: model.id, contextSize, hardware }, REST_MS);
  const survey = useQuery({ ...queries.models.survey.queryOptions({ input }), staleTime: 10_000, retry: false });
  if (survey.error !== null) return <p className={ui.fault}>{sentenceOf(faultOf(survey.error))}</p>;
  if (survey.data === undefined) return <p className={ui.quiet}>{words.models.fit.looking}</p>;
  const { estimate } = survey.data;
  return (
    <div className={css.fit} role="status">
      <p className={estimate.verdict === 'fits' ? css.good : ui.fault}>{sentence(estimate, contextSize)}</p>
      <p className={`${ui.quiet} num`}>{costs(estimate)}</p>
      {estimate.verdict === 'fits' ? null : (
        <p>
          {estimate.offered === null ? null : (
            <button
              type="button"
              className={ui.link}
              onClick={() => onLoad({ contextSize: estimate.offered, hardware })}
            >
              {words.models.fit.take(estimate.offered)}
            </button>
          )}
          <button type="button" className={ui.link} onClick={() => onLoad({ contextSize, hardware, anyway: true })}>
            {words.models.fit.anyway}
          </button>
        </p>
      )}
    </div>
  );
}

function sentence({ verdict, offered, contextSize, need, room }: MemoryEstimate, asked: number | null): string {
  if (verdict === 'fits') return words.models.fit.fits(contextSize);
  if (verdict === 'no') return need.vram > (room.vram ?? Infinity) ? words.models.fit.notOnCard : words.models.fit.no;
  return asked === null ? words.models.fit.smaller(offered ?? 0) : words.models.fit.less(contextSize, offered ?? 0);
}

function costs({ need, room }: MemoryEstimate): string {
  const parts = [
    words.models.fit.weights(fileSize(need.weights)),
    need.repacked > 0 ? words.models.fit.repacked(fileSize(need.repacked)) : null,
    words.models.fit.context(fileSize(need.context)),
    words.models.fit.free(fileSize(room.ram)),
  ];
  const card = room.vram === null ? null : words.models.fit.card(fileSize(need.vram), fileSize(room.vram));
  return [...parts, card].filter((part) => part !== null).join(' · ');
}

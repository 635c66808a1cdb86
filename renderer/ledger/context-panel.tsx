import { memo, useState, type ReactElement } from 'react';
import type { Ledger, LedgerEntry } from '../../shared/prompt/types.ts';
import { useManuscript, useSession } from '../app/session.ts';
import { useEngine } from '../lib/engine.ts';
import { count } from '../lib/numbers.ts';
import { words } from '../lib/words.ts';
import type { ManuscriptController } from '../manuscript/controller.ts';
import { RoleMark } from './role-mark.tsx';
import { usePlan } from './plan.ts';
import { segmentsOf, sendsText, sumsOf, type SegmentKind } from './segments.ts';

const LEGEND: readonly SegmentKind[] = ['system', 'user', 'model', 'reserve', 'free'];
const SHOWN = 200;

/** The ledger: what of the story the next reply is made from, turn by turn. */
export function ContextPanel(): ReactElement {
  const { ledger, fault, old } = usePlan();
  const size = useEngine((engine) => engine.contextSize);
  const controller = useSession((session) => session.controller);
  return (
    <section className="context" aria-label={words.context}>
      <h2>{words.context}{ledger === null && size === null ? null : <small className="num">{words.ofContext(ledger !== null && sendsText(ledger) ? ledger.total : 0, ledger?.contextSize ?? size ?? 0)}</small>}</h2>
      {fault === null ? null : <p className="fault" role="alert">{fault.message}</p>}
      {old ? <p className="quiet">{words.oldPlan}</p> : null}
      {ledger === null ? (fault === null ? <p className="quiet">{words.noPlan}</p> : null) : <LedgerView ledger={ledger} controller={controller} />}
    </section>
  );
}

interface ViewProps { readonly ledger: Ledger; readonly controller: ManuscriptController | null }

function LedgerView({ ledger, controller }: ViewProps): ReactElement {
  const [all, setAll] = useState(false);
  const caret = useManuscript()?.caretTurnId ?? null;
  const segments = segmentsOf(ledger);
  const sums = sumsOf(segments);
  const hidden = all ? 0 : Math.max(0, ledger.entries.length - SHOWN);
  const said = ledger.entries.filter((entry) => entry.reason !== 'empty');
  return (
    <>
      <div className="stack" aria-hidden="true" onMouseLeave={() => controller?.highlightTurn(null)}>
        {segments.map((segment) => (
          <i key={segment.turnId ?? segment.kind} className={`seg-${segment.kind}`} style={{ flexGrow: segment.tokens }}
            title={`${words.legend[segment.kind]}: ${words.tokens(segment.tokens)}`}
            onMouseEnter={() => controller?.highlightTurn(segment.turnId)} onClick={() => { if (segment.turnId !== null) controller?.revealTurn(segment.turnId); }} />
        ))}
      </div>
      <p className="legend" aria-hidden="true">
        {LEGEND.map((kind) => (
          <span key={kind} title={words.tokens(sums.get(kind) ?? 0)}><i className={`seg-${kind}`} />{words.legend[kind]}</span>
        ))}
      </p>
      {said.length === 0 ? <p className="quiet">{words.nothingSent}</p> : null}
      {hidden === 0 ? null : <button type="button" className="earlier" onClick={() => setAll(true)}>{words.earlier(hidden)}</button>}
      <ul className="entries" role="list" onMouseLeave={() => controller?.highlightTurn(null)}>
        {said.slice(-(ledger.entries.length - hidden)).map((entry) => (
          <Entry key={entry.turnId} entry={entry} excerpt={controller?.excerpt(entry.turnId, 80) ?? ''} on={entry.turnId === caret} controller={controller} />
        ))}
      </ul>
      {ledger.overhead > 0 && said.length > 0 ? <p className="entry overhead"><i className="seg-overhead" />{words.overhead}<small className="num">{count(ledger.overhead)}</small></p> : null}
    </>
  );
}

interface EntryProps { readonly entry: LedgerEntry; readonly excerpt: string; readonly on: boolean; readonly controller: ManuscriptController | null }

const Entry = memo(function Entry({ entry, excerpt, on, controller }: EntryProps): ReactElement {
  const why = [words.reasons[entry.reason], entry.neutralised ? words.neutralised : null].filter((line) => line !== null).join(' · ');
  const spoken = entry.tokens === null ? words.uncountedLong : words.tokens(entry.tokens);
  return (
    <li data-placement={entry.placement} data-role={entry.role} data-on={on || undefined}>
      <button type="button" className="entry" title={excerpt} onMouseEnter={() => controller?.highlightTurn(entry.turnId)} onFocus={() => controller?.highlightTurn(entry.turnId)}
        onBlur={() => controller?.highlightTurn(null)} onClick={() => controller?.revealTurn(entry.turnId)}>
        <RoleMark role={entry.role} />
        <span className="entry-text">{excerpt === '' ? words.roles[entry.role] : excerpt}</span>
        <span className="hidden">{`, ${words.roles[entry.role]} (${words.roleTerms[entry.role]}), ${spoken}, ${words.placements[entry.placement]}`}</span>
        <small className="num" aria-hidden="true">{entry.tokens === null ? words.uncounted : count(entry.tokens)}</small>
        {why === '' && entry.placement === 'in' ? null : (
          <span className="why">{entry.placement === 'in' ? why : `${words.placements[entry.placement]}${why === '' ? '' : ` · ${why}`}`}</span>
        )}
      </button>
    </li>
  );
});

import { useQuery } from '@tanstack/react-query';
import { Fragment, useState, type KeyboardEvent, type ReactElement } from 'react';
import type { GenerationCandidates, WordCandidates } from '../../../shared/contract/writing.ts';
import { queries } from '../../lib/client.ts';
import { percent } from '../../lib/numbers.ts';
import { words } from '../../locales/index.ts';
import { Modal } from '../../ui/modal.tsx';
import { useOpenChapter } from '../../workspace/workspace.ts';
import ui from '../../ui/ui.module.css';
import css from './other-words.module.css';

interface Props {
  readonly turnId: string;
  readonly onClose: () => void;
}

/** A turn's replies as they were written, and for one word of them what else could have stood there. */
export function OtherWords({ turnId, onClose }: Props): ReactElement {
  const caret = useOpenChapter((chapter) => (chapter.caretTurnId === turnId ? chapter.caretOffset : null)) ?? null;
  const replies = useQuery(queries.writing.candidates.queryOptions({ input: { turnId } })).data;
  const [picked, setPicked] = useState<WordCandidates | null>(null);
  const shown = picked ?? (replies === undefined ? null : wordAt(replies, caret));
  return (
    <Modal title={words.writing.otherWords} onClose={onClose}>
      {replies?.length === 0 ? <p className={ui.quiet}>{words.writing.noOtherWords}</p> : null}
      {replies === undefined || shown === null ? null : (
        <div className={css.otherWords}>
          <div className={css.written} role="group" aria-label={words.writing.written}>
            {replies.map((reply) => (
              <p key={reply.generationId}>
                {reply.words.map((word) => (
                  <Fragment key={word.at}>
                    {spaceBefore(word.text)}
                    <Word word={word} picked={word === shown} onPick={setPicked} />
                    {word.text.endsWith('\n') ? <br /> : null}
                  </Fragment>
                ))}
              </p>
            ))}
          </div>
          <ol aria-label={words.writing.otherWordsFor(shown.text.trim())}>
            {shown.others.map((other, place) => (
              <li key={place} data-chosen={other.text === shown.text || undefined}>
                <span>{listed(other.text, shown)}</span>
                <i style={{ width: `${String(100 * other.probability)}%` }} aria-hidden />
                <small className="num">{percent(other.probability)}</small>
              </li>
            ))}
            {shown.others.some((other) => other.text === shown.text) ? null : (
              <li data-chosen>
                <span>{listed(shown.text, shown)}</span>
                <i aria-hidden />
                <small className="num">{percent(shown.probability)}</small>
              </li>
            )}
          </ol>
          <p className={ui.quiet}>{words.writing.otherWordsHint}</p>
        </div>
      )}
    </Modal>
  );
}

/** The word in which the caret stands; else the first. */
function wordAt(replies: readonly GenerationCandidates[], caret: number | null): WordCandidates | null {
  for (const { offset, words: written } of replies.toReversed()) {
    const word = caret === null ? undefined : written.findLast(({ at }) => offset + at < Math.max(caret, offset + 1));
    if (word !== undefined && caret !== null && caret >= offset) return word;
  }
  return replies[0]?.words[0] ?? null;
}

interface WordProps {
  readonly word: WordCandidates;
  readonly picked: boolean;
  readonly onPick: (word: WordCandidates) => void;
}

/** A button that is text: lines end where they would without it, which no element that is a box allows. */
function Word({ word, picked, onPick }: WordProps): ReactElement {
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    onPick(word);
  };
  return (
    <span role="button" tabIndex={0} aria-pressed={picked} onClick={() => onPick(word)} onKeyDown={onKeyDown}>
      {visible(word.text.slice(spaceBefore(word.text).length))}
    </span>
  );
}

/** A space before a word is no part of its button. */
const spaceBefore = (text: string): string => /^ (?=\S)/.exec(text)?.[0] ?? '';

/** Where words begin with their space, letters that have none go on in the word before. */
function listed(text: string, { others }: WordCandidates): string {
  const begins = others.some((other) => spaceBefore(other.text) !== '');
  return begins && /^[\p{L}\p{N}]/u.test(text) ? `…${text}` : visible(text.slice(spaceBefore(text).length));
}

function visible(text: string): string {
  return text.replaceAll('\n', '⏎').replaceAll('\t', '⇥').replace(/^ $/, '␣');
}

import { ArrowDown, ArrowUp, ChevronRight, Search, TextSelect, X } from 'lucide-react';
import { useEffect, useRef, type KeyboardEvent, type ReactElement } from 'react';
import { useStore } from 'zustand';
import { keyName } from '../../lib/keys.ts';
import { words } from '../../locales/index.ts';
import { IconButton } from '../../ui/icon-button.tsx';
import ui from '../../ui/ui.module.css';
import { FIND_KEYS } from './find-keys.ts';
import type { Finder, Found } from './finder.ts';
import css from './find-bar.module.css';

const say = words.find;

/** Between the bar and what is above it. */
const GAP = 14;

function told(found: Found): string {
  switch (found.is) {
    case 'nothing asked':
      return '';
    case 'searching':
      return say.searching;
    case 'replaced':
      return say.replaced(found.count);
    case 'fault':
      return found.why;
    case 'found':
      if (found.count === 0) return say.none;
      return found.current === null ? say.found(found.count) : say.of(found.current + 1, found.count);
  }
}

/** What is looked for on the page, above it. */
export function FindBar({ finder }: { readonly finder: Finder }): ReactElement | null {
  const isOpen = useStore(finder.store, (state) => state.isOpen);
  return isOpen ? <Bar finder={finder} /> : null;
}

function Bar({ finder }: { readonly finder: Finder }): ReactElement {
  const { query, replacement, replaces, isLimited, found, readOnly, focus } = useStore(finder.store);
  const bar = useRef<HTMLElement>(null);
  const queryField = useRef<HTMLInputElement>(null);
  const replacementField = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const field = focus.field === 'query' ? queryField : replacementField;
    field.current?.focus();
    field.current?.select();
  }, [focus]);
  useEffect(() => {
    const node = bar.current;
    if (node === null) return undefined;
    const watch = new ResizeObserver(() => finder.cover(GAP + node.offsetHeight));
    watch.observe(node);
    return () => watch.disconnect();
  }, [finder]);

  const onKey = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    const inReplacement = event.target === replacementField.current;
    const { key, ctrlKey, metaKey, altKey, shiftKey, target } = event;
    // A letter on one of the buttons is looked for; on the page it would stand in place of the hit.
    if (key.length === 1 && key !== ' ' && !(ctrlKey || metaKey || altKey) && !(target instanceof HTMLInputElement))
      return queryField.current?.focus();
    if (key === 'Tab') {
      if (target !== queryField.current || shiftKey || replacementField.current === null) return;
      replacementField.current.focus();
    } else if (key === 'Escape') finder.close();
    else if (key !== 'Enter' || !(target instanceof HTMLInputElement)) return;
    else if (ctrlKey || metaKey || altKey) return;
    else if (inReplacement && !shiftKey) void finder.replace();
    else finder.ask(shiftKey ? 'previous' : 'next');
    event.preventDefault();
  };
  const isFault = found.is === 'fault';
  const status = (
    <output className={isFault ? `${css.why} ${ui.fault}` : `${css.count} num`} aria-label={say.matches}>
      {told(found)}
    </output>
  );
  const why = readOnly ? words.manuscript.readOnly : null;
  return (
    <search ref={bar} className={css.bar} aria-label={say.bar} onKeyDown={onKey}>
      <div className={css.disclose} data-open={replaces || undefined}>
        <IconButton icon={ChevronRight} label={say.showReplace} onClick={() => finder.toggleReplace()} />
      </div>
      <div className={css.row}>
        <label className={css.search}>
          <Search size={14} strokeWidth={1.7} aria-hidden />
          <input
            ref={queryField}
            type="search"
            className={ui.field}
            aria-label={say.query}
            placeholder={say.query}
            aria-invalid={isFault}
            spellCheck={false}
            autoComplete="off"
            value={query.text}
            onChange={({ target }) => finder.setQuery({ text: target.value })}
          />
        </label>
        {isFault ? <span className={css.count} /> : status}
        <Toggle
          sign="Aa"
          label={say.matchCase}
          isOn={query.matchCase}
          onToggle={() => finder.setQuery({ matchCase: !query.matchCase })}
        />
        <Toggle
          sign="W"
          label={say.wholeWord}
          isOn={query.wholeWord}
          onToggle={() => finder.setQuery({ wholeWord: !query.wholeWord })}
        />
        <Toggle
          sign=".*"
          label={say.isRegex}
          isOn={query.isRegex}
          onToggle={() => finder.setQuery({ isRegex: !query.isRegex })}
        />
        <IconButton icon={TextSelect} label={say.limit} pressed={isLimited} onClick={() => finder.toggleLimit()} />
        <span className={css.line} />
        <IconButton
          icon={ArrowUp}
          label={say.previous}
          keys={keyName(FIND_KEYS.previous)}
          onClick={() => finder.ask('previous')}
        />
        <IconButton
          icon={ArrowDown}
          label={say.next}
          keys={keyName(FIND_KEYS.next)}
          onClick={() => finder.ask('next')}
        />
        <IconButton icon={X} label={say.close} keys={keyName('Escape')} onClick={() => finder.close()} />
      </div>
      {isFault ? status : null}
      {replaces ? (
        <div className={`${css.row} ${css.second}`}>
          <input
            ref={replacementField}
            className={`${ui.field} ${css.replacement}`}
            aria-label={say.replacement}
            placeholder={say.replacement}
            spellCheck={false}
            autoComplete="off"
            value={replacement}
            onChange={({ target }) => finder.setReplacement(target.value)}
          />
          <Action label={say.replace} why={why} onClick={() => void finder.replace()} />
          <Action label={say.replaceAll} why={why} onClick={() => void finder.replaceAll()} />
        </div>
      ) : null}
      {replaces && why !== null ? <p className={`${css.why} ${ui.quiet}`}>{why}</p> : null}
    </search>
  );
}

interface ToggleProps {
  readonly sign: string;
  readonly label: string;
  readonly isOn: boolean;
  readonly onToggle: () => void;
}

function Toggle({ sign, label, isOn, onToggle }: ToggleProps): ReactElement {
  return (
    <button
      type="button"
      className={`${ui.iconButton} ${css.sign}`}
      aria-label={label}
      title={label}
      aria-pressed={isOn}
      onClick={onToggle}
    >
      {sign}
    </button>
  );
}

interface ActionProps {
  readonly label: string;
  readonly why: string | null;
  readonly onClick: () => void;
}

function Action({ label, why, onClick }: ActionProps): ReactElement {
  return (
    <button
      type="button"
      className={`${ui.button} ${css.action}`}
      title={why ?? undefined}
      aria-disabled={why === null ? undefined : true}
      onClick={onClick}
    >
      {label}
    </button>
  );
}

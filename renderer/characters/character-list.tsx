import { Star } from 'lucide-react';
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactElement } from 'react';
import type { CharacterSummary } from '../../shared/contract/characters.ts';
import { words } from '../locales/index.ts';
import { characters, nameOf, useShownCharacters } from './characters.ts';
import { Portrait } from './portrait.tsx';
import { useLook, useRoom } from './room-state.ts';
import css from './character-list.module.css';

/** In pixels. */
const [GAP, LEAST_WIDTH, TEXT_HEIGHT, LINE_HEIGHT] = [16, 124, 50, 52];
/** So many lines more than are in sight. */
const AROUND = 2;

interface Layout {
  readonly columns: number;
  readonly width: number;
  readonly height: number;
}

function layoutOf(look: 'grid' | 'list', room: number): Layout {
  if (look === 'list') return { columns: 1, width: room, height: LINE_HEIGHT };
  const columns = Math.max(2, Math.floor((room + GAP) / (LEAST_WIDTH + GAP)));
  const width = (room - GAP * (columns - 1)) / columns;
  return { columns, width, height: (width * 4) / 3 + TEXT_HEIGHT };
}

/** Everybody who is looked for; only those in sight are drawn, however many there are. */
export function CharacterList(): ReactElement {
  const look = useLook();
  const { kind, selected, search, tag, favourites } = useRoom();
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 800, width: 640 });
  const [active, setActive] = useState(0);
  const wantsFocus = useRef(false);
  const { columns, width, height } = layoutOf(look, view.width);
  const rowHeight = height + (look === 'grid' ? GAP : 0);
  const firstRow = Math.max(0, Math.floor(view.top / rowHeight) - AROUND);
  const rowsInSight = Math.ceil(view.height / rowHeight) + 2 * AROUND;
  const [first, last] = [firstRow * columns, (firstRow + rowsInSight) * columns - 1];
  const shown = useShownCharacters(first, last);
  const total = shown.total ?? 0;

  useLayoutEffect(() => {
    const node = scroller.current;
    if (node === null) return undefined;
    const measure = (): void => {
      const { paddingLeft, paddingRight } = getComputedStyle(node);
      const room = node.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight);
      setView({ top: node.scrollTop, height: node.clientHeight, width: room });
    };
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(node);
    node.addEventListener('scroll', measure, { passive: true });
    return () => {
      watch.disconnect();
      node.removeEventListener('scroll', measure);
    };
  }, []);
  useEffect(() => {
    if (!wantsFocus.current) return;
    const button = scroller.current?.querySelector<HTMLElement>(`[data-index="${String(active)}"]`);
    if (button === null || button === undefined) return;
    wantsFocus.current = false;
    button.focus({ preventScroll: true });
  });

  /** Whoever stands beside it is next. */
  function remove(character: CharacterSummary): void {
    const button = (index: number) => scroller.current?.querySelector<HTMLElement>(`[data-index="${String(index)}"]`);
    (button(active + 1) ?? button(active - 1) ?? scroller.current)?.focus({ preventScroll: true });
    setActive(Math.max(0, Math.min(active, total - 2)));
    void characters.remove(character);
  }

  function go(event: KeyboardEvent): void {
    const character = shown.at(active);
    if (event.key === 'Delete' && character !== null) {
      event.preventDefault();
      remove(character);
      return;
    }
    const steps: Readonly<Record<string, number>> = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: columns,
      ArrowUp: -columns,
      Home: -active,
      End: total - 1 - active,
      PageDown: columns * Math.max(1, Math.floor(view.height / rowHeight)),
      PageUp: -columns * Math.max(1, Math.floor(view.height / rowHeight)),
    };
    const step = steps[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const next = Math.min(total - 1, Math.max(0, active + step));
    const top = Math.floor(next / columns) * rowHeight;
    const node = scroller.current;
    if (node !== null && (top < node.scrollTop || top + rowHeight > node.scrollTop + node.clientHeight))
      node.scrollTo({ top: top < node.scrollTop ? top : top + rowHeight - node.clientHeight });
    wantsFocus.current = true;
    setActive(next);
  }

  const rows = Math.ceil(total / columns);
  const items = Array.from({ length: Math.max(0, Math.min(total - 1, last) - first + 1) }, (_, at) => first + at);
  return (
    <div className={css.scroller} ref={scroller} data-look={look} tabIndex={-1}>
      {shown.total === 0 ? (
        <p className={css.nothing} role="status">
          {search === '' && tag === null && !favourites ? words.characters.none[kind] : words.characters.nothingFound}
        </p>
      ) : null}
      <ul
        role="list"
        aria-label={kind === 'character' ? words.characters.title : words.characters.personas}
        style={{ height: Math.max(0, rows * rowHeight) }}
        onKeyDown={go}
      >
        {items.map((index) => {
          const character = shown.at(index);
          const style = {
            width,
            height,
            transform: `translate(${String((index % columns) * (width + GAP))}px, ${String(Math.floor(index / columns) * rowHeight)}px)`,
          };
          return character === null ? (
            <li key={index} className={css.waiting} style={style} aria-hidden="true" />
          ) : (
            <li key={character.id} style={style} aria-setsize={total} aria-posinset={index + 1}>
              <Entry
                character={character}
                index={index}
                isSelected={character.id === selected}
                isActive={index === active}
                onFocus={() => setActive(index)}
              />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

interface EntryProps {
  readonly character: CharacterSummary;
  readonly index: number;
  readonly isSelected: boolean;
  readonly isActive: boolean;
  readonly onFocus: () => void;
}

function Entry({ character, index, isSelected, isActive, onFocus }: EntryProps): ReactElement {
  const { tags, creator, favourite } = character;
  const below = tags.length > 0 ? tags.join(', ') : creator;
  return (
    <button
      type="button"
      className={css.entry}
      data-index={index}
      aria-current={isSelected ? 'true' : undefined}
      tabIndex={isActive ? 0 : -1}
      title={nameOf(character)}
      onFocus={onFocus}
      onClick={() => useRoom.setState({ selected: character.id })}
    >
      <span className={css.picture}>
        <Portrait character={character} />
      </span>
      <b dir="auto">{nameOf(character)}</b>
      <small dir="auto">{below}</small>
      {favourite ? (
        <span className={css.favourite}>
          <Star size={14} fill="currentColor" aria-hidden />
          <span className="hidden">{words.characters.favourite}</span>
        </span>
      ) : null}
    </button>
  );
}

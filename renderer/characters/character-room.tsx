import { LayoutGrid, List, Plus, Search, Star, User, Users, X } from 'lucide-react';
import { useEffect, useRef, useState, type DragEvent, type ReactElement } from 'react';
import type { CharacterKind } from '../../shared/contract/characters.ts';
import { count } from '../lib/numbers.ts';
import { words } from '../locales/index.ts';
import { IconButton } from '../ui/icon-button.tsx';
import { Select } from '../ui/select.tsx';
import { remember } from '../workspace/remembered.ts';
import { CharacterEditor } from './character-editor.tsx';
import { CharacterList } from './character-list.tsx';
import { characters, useCount, useTags } from './characters.ts';
import { importCards, useImports } from './import-cards.ts';
import { useLook, useRoom, useSort } from './room-state.ts';
import ui from '../ui/ui.module.css';
import css from './character-room.module.css';

const say = words.characters;

/** The library of characters and personas, and one of them in the editor beside it. */
export function CharacterRoom(): ReactElement {
  const selected = useRoom((room) => room.selected);
  const shown = useRoom(({ kind, search, tag, favourites }) => JSON.stringify([kind, search, tag, favourites]));
  const [isOver, setOver] = useState(false);
  const drag = (over: boolean) => (event: DragEvent) => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    setOver(over);
  };
  return (
    <div
      className={css.room}
      data-editing={selected !== null || undefined}
      data-takes-files
      onDragEnter={drag(true)}
      onDragOver={drag(true)}
      onDragLeave={(event) => {
        if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget))) setOver(false);
      }}
      onDrop={(event) => {
        if (event.dataTransfer.files.length === 0) return;
        event.preventDefault();
        setOver(false);
        importCards(event.dataTransfer.files);
      }}
    >
      <Collections />
      <main className={css.library} aria-label={say.title}>
        <Tools />
        <Tags />
        <Imports />
        <CharacterList key={shown} />
      </main>
      {selected === null ? null : <CharacterEditor key={selected} id={selected} />}
      {isOver ? <p className={css.drop}>{say.dropHere}</p> : null}
    </div>
  );
}

function Collections(): ReactElement {
  const { kind, favourites } = useRoom();
  return (
    <aside className={css.collections} aria-label={say.collections}>
      <h2>{say.collections}</h2>
      <ul role="list">
        <Collection icon={Users} name={say.title} kind="character" current={kind === 'character' && !favourites} />
        <Collection
          icon={Star}
          name={say.favourites}
          kind="character"
          favourites
          current={kind === 'character' && favourites}
        />
        <Collection icon={User} name={say.personas} kind="persona" current={kind === 'persona'} />
      </ul>
    </aside>
  );
}

interface CollectionProps {
  readonly icon: typeof Users;
  readonly name: string;
  readonly kind: CharacterKind;
  readonly favourites?: true;
  readonly current: boolean;
}

function Collection({ icon: Icon, name, kind, favourites, current }: CollectionProps): ReactElement {
  const total = useCount(kind, favourites === true);
  return (
    <li>
      <button
        type="button"
        className={css.collection}
        aria-current={current ? 'true' : undefined}
        onClick={() => useRoom.setState({ kind, favourites: favourites === true, tag: null, selected: null })}
      >
        <Icon size={15} strokeWidth={1.7} aria-hidden />
        <span>{name}</span>
        <small className="num">{total === null ? '' : count(total)}</small>
      </button>
    </li>
  );
}

function Tools(): ReactElement {
  const { kind, search } = useRoom();
  const look = useLook();
  const files = useRef<HTMLInputElement>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // What was there to come here is gone. A field would open a touch screen's keyboard.
    const frame = requestAnimationFrame(() => {
      if (document.activeElement === document.body && !matchMedia('(pointer: coarse)').matches) field.current?.focus();
    });
    return () => cancelAnimationFrame(frame);
  }, []);
  return (
    <div className={css.tools}>
      <search className={css.search}>
        <Search size={14} strokeWidth={1.7} aria-hidden />
        <input
          ref={field}
          type="search"
          aria-label={say.search[kind]}
          placeholder={say.search[kind]}
          value={search}
          maxLength={200}
          onChange={(event) => useRoom.setState({ search: event.target.value })}
        />
      </search>
      <span className={css.sort}>
        <Select
          label={say.sort}
          items={say.sorts}
          value={useSort()}
          onChoose={(sort) => remember('characterSort', sort)}
        />
      </span>
      <span className={css.looks}>
        <IconButton
          icon={LayoutGrid}
          label={say.looks.grid}
          pressed={look === 'grid'}
          onClick={() => remember('characterLook', 'grid')}
        />
        <IconButton
          icon={List}
          label={say.looks.list}
          pressed={look === 'list'}
          onClick={() => remember('characterLook', 'list')}
        />
      </span>
      <button type="button" className={ui.button} onClick={() => void characters.create(kind)}>
        <Plus size={15} aria-hidden />
        {say.create[kind]}
      </button>
      <button type="button" className={ui.button} onClick={() => files.current?.click()}>
        {say.import}
      </button>
      <input
        ref={files}
        type="file"
        hidden
        multiple
        accept=".png,.apng,.json,.charx,.jpg,.jpeg"
        onChange={({ target }) => {
          importCards([...(target.files ?? [])]);
          target.value = '';
        }}
      />
    </div>
  );
}

const MOST_TAGS = 24;

function Tags(): ReactElement | null {
  const { kind, tag } = useRoom();
  const tags = useTags(kind);
  if (tags.length === 0) return null;
  const chip = (name: string, value: string | null): ReactElement => (
    <button
      key={name}
      type="button"
      className={css.tag}
      aria-pressed={tag === value}
      onClick={() => useRoom.setState({ tag: value })}
    >
      {name}
    </button>
  );
  return (
    <div className={css.tags} role="group" aria-label={say.tags}>
      {chip(say.allTags, null)}
      {tags.slice(0, MOST_TAGS).map((one) => chip(one.tag, one.tag))}
    </div>
  );
}

/** How far an import is, and which files became nobody. */
function Imports(): ReactElement | null {
  const { done, total, refused } = useImports();
  if (total === 0 && refused.length === 0) return null;
  return (
    <section className={css.imports} aria-label={say.import}>
      {total === 0 ? null : (
        <p role="status">
          {say.importing(done, total)}
          <progress value={done} max={total} aria-label={say.import} />
        </p>
      )}
      {refused.length === 0 ? null : (
        <div role="alert">
          <header>
            <b>{say.refused}</b>
            <IconButton icon={X} label={words.common.dismiss} onClick={() => useImports.setState({ refused: [] })} />
          </header>
          <ul role="list">
            {refused.map(({ file, sentence }, at) => (
              <li key={`${file} ${String(at)}`}>
                <b dir="auto">{file}</b> {sentence}
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

import { useEffect, type ReactElement } from 'react';
import type { CharacterSummary } from '../../shared/contract/characters.ts';
import { nameOf } from './characters.ts';
import { wantThumbnail } from './thumbnails.ts';
import css from './portrait.module.css';

const FACES = 8;

/** The same one always gets the same colour. */
const faceOf = (id: string): number => [...id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % FACES;

const firstLetter = (name: string): string => [...new Intl.Segmenter().segment(name)][0]?.segment.toUpperCase() ?? '';

/** A small picture, or a letter until there is one. */
export function Portrait({ character }: { readonly character: CharacterSummary }): ReactElement {
  useEffect(() => wantThumbnail(character), [character]);
  return (
    <span className={css.portrait} data-face={faceOf(character.id)} aria-hidden="true">
      {character.thumbnail === null ? (
        <span className={css.letter}>{firstLetter(nameOf(character))}</span>
      ) : (
        <img src={character.thumbnail} alt={''} loading="lazy" decoding="async" draggable={false} />
      )}
    </span>
  );
}

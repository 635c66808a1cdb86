import type { ReactElement } from 'react';
import type { Role } from '../../shared/document/turn.ts';
import css from './ledger.module.css';

const SHAPES: Record<Role, string> = {
  system: 'M6 1.5 10.5 6 6 10.5 1.5 6Z',
  user: 'M3 1.8 10 6 3 10.2Z',
  model:
    'M3.500 2h5a1.500 1.500 0 0 1 1.500 1.500v5a1.500 1.500 0 0 1-1.500 1.500h-5A1.500 1.500 0 0 1 2 8.500v-5A1.500 1.500 0 0 1 3.500 2Z',
};

/** A role by shape and colour: a diamond, an arrow, a block of page. */
export function RoleMark({ role }: { readonly role: Role }): ReactElement {
  return (
    <svg className={css.mark} data-role={role} width="11" height="11" viewBox="0 0 12 12" aria-hidden="true">
      <path d={SHAPES[role]} fill="currentColor" />
    </svg>
  );
}

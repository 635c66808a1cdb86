export { manuscript as words } from '../locales/en/manuscript.ts';

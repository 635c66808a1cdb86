import { QueryClient } from '@tanstack/react-query';
import { toastFault } from './toasts.tsx';

/** What the page knows of the studio, asked anew where it may have changed. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: 3, retryDelay: 400, refetchOnWindowFocus: true, staleTime: 1000, networkMode: 'always' },
    mutations: { networkMode: 'always', onError: toastFault },
  },
});

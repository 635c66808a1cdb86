import { z } from 'zod';

// The page's security policy forbids code made of strings, which zod would otherwise try.
z.config({ jitless: true });

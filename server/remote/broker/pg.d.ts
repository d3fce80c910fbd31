/** What is used of `pg`, which has no types of its own. */
declare module 'pg' {
  export class Client {
    constructor(options: object);
    connect(): Promise<void>;
    query<Row>(text: string): Promise<{ rows: Row[] }>;
    end(): Promise<void>;
    on(event: 'error', listener: (error: Error) => void): this;
  }
}

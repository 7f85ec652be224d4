// Package job is work that is done soon after the transaction that causes it, by the queue
// that lives in the same database: a job and what it follows from are both there or
// neither. It is a thin use of River, in a schema of its own.
//
// A job runs at least once: after a crash it runs again. So a worker first looks in its own
// rows how far it got. Arguments are keys of rows and never data, since the queue's tables
// know no row-level security. Each kind of job has a queue of its own with so many workers
// as what it calls can bear.
//
// Deadlines are not jobs. They stand in rows, and a [Sweeper] looks often which have passed:
// that way a clock that is moved moves them along, and a deadline can change.
package job

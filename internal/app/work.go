package app

import (
	"context"
	"time"

	"tillit/internal/kit/job"
)

// work starts what goes on by itself: the sweeps of what falls due.
func (a *App) work(background context.Context) error {
	sweeper := job.NewSweeper(5*time.Second, a.log)
	feed, err := a.feed()
	if err != nil {
		return err
	}
	if feed != nil {
		sweeper.Add("population", feed.Sync)
	}
	sweeper.Add("eservice", a.house.cases.Sweep)
	sweeper.Add("watched names", a.watchNames)
	sweeper.Add("notify", a.house.notices.Sweep)
	a.wait.Go(func() { sweeper.Run(background) })
	if err := a.house.queue.Start(background); err != nil {
		return err
	}
	a.stops = append(a.stops, a.house.queue.Stop)
	if a.world != nil {
		a.world.kick = sweeper.Kick
	}
	return nil
}

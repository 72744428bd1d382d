// A gateway as a good Go team would write it, to be measured beside ours: the same middleware, the same Postgres,
// the same Redis and the same Kafka. It answers two operations, and nothing else.
//
//	DATABASE_URL=… REDIS_URL=… KAFKA_BOOTSTRAP=… TOKEN=… ./hertz 127.0.0.1:9090
//
// CACHE=10s keeps answers to reads, as ours does; CACHE=0s asks Postgres each time.
package main

import (
	"context"
	"log"
	"os"
	"time"

	"github.com/cloudwego/hertz/pkg/app"
	"github.com/cloudwego/hertz/pkg/app/server"
	"github.com/cloudwego/hertz/pkg/common/hlog"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"
	"github.com/twmb/franz-go/pkg/kgo"
)

// The connections of our own pools, so that both have as many.
const postgresConnections = 16

type house struct {
	pool   *pgxpool.Pool
	redis  *redis.Client
	kafka  *kgo.Client
	known  *people
	kept   *answers
	access *accessLog
}

func main() {
	ctx := context.Background()
	house := open(ctx)
	hlog.SetLevel(hlog.LevelWarn)
	hertz := server.New(server.WithHostPorts(os.Args[1]), server.WithMaxRequestBodySize(1<<20),
		server.WithReadTimeout(30*time.Second), server.WithIdleTimeout(60*time.Second))
	hertz.Use(recovered, house.recorded, named, house.logged, crossOrigin, secured, compressed, house.admitted)
	hertz.GET("/api/v1/users", house.unchanged, house.users)
	hertz.POST("/api/v1/projects", house.createProject)
	hertz.GET("/health", func(_ context.Context, c *app.RequestContext) { c.SetStatusCode(200) })
	hertz.Spin()
}

func open(ctx context.Context) *house {
	config, err := pgxpool.ParseConfig(os.Getenv("DATABASE_URL"))
	must(err)
	config.MaxConns = postgresConnections
	pool, err := pgxpool.NewWithConfig(ctx, config)
	must(err)
	prepare(ctx, pool)
	options, err := redis.ParseURL(os.Getenv("REDIS_URL"))
	must(err)
	kafka, err := kgo.NewClient(kgo.SeedBrokers(os.Getenv("KAFKA_BOOTSTRAP")), kgo.ProducerLinger(5*time.Millisecond),
		kgo.MaxBufferedRecords(10_000), kgo.AllowAutoTopicCreation())
	must(err)
	term, err := time.ParseDuration(os.Getenv("CACHE"))
	must(err)
	house := &house{pool: pool, redis: redis.NewClient(options), kafka: kafka, kept: &answers{term: term}}
	house.known = &people{pool: pool}
	house.access = newAccessLog()
	return house
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

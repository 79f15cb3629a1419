package streamer

func run(f func()) {
	go f() // want `core streamer starts a goroutine`
}

type queue struct {
	in  chan int   // want `core streamer uses a channel type`
	out <-chan int // want `core streamer uses a channel type`
}

func (q *queue) pump(c chan<- int) { // want `core streamer uses a channel type`
	c <- 1   // want `core streamer sends on a channel`
	<-q.in   // want `core streamer receives from a channel`
	select { // want `core streamer selects`
	default:
	}
}

package wifi_test

import (
	"fmt"
	"time"

	"airbridge/netem"
	"airbridge/netem/wifi"
	"airbridge/units"
)

// A frame of video on its way to a headset, beside three stations that upload now and then.
func ExampleNew() {
	cell, err := wifi.New(wifi.Config{Seed: 7, Stations: []wifi.Station{
		{Up: wifi.OnOff{Rate: 15 * units.Mbps}},
		{Up: wifi.OnOff{Rate: 15 * units.Mbps}},
		{Up: wifi.OnOff{Rate: 15 * units.Mbps}},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	frame := make([]netem.Packet, 116)
	for i := range frame {
		frame[i] = netem.Packet{ID: uint32(i), Size: 1228, DSCP: 34}
	}
	cell.Admit(0, frame)
	for now := cell.Next(); now < netem.True(10*time.Millisecond); now = cell.Next() {
		if train := cell.Deliver(now, nil); len(train) > 0 {
			fmt.Println(len(train), train[0].Fate, time.Duration(now))
		}
	}
	fmt.Printf("alone the link carries %.0f Mbit/s\n", cell.Capacity(0, netem.Down)/1e6)
	// Output:
	// 51 arrived 1.342ms
	// 51 arrived 2.73ms
	// 14 arrived 3.19ms
	// alone the link carries 346 Mbit/s
}

func ExampleConfig_Validate() {
	fmt.Println(wifi.Config{Sessions: 99, Headsets: []wifi.Radio{{MCS: 12}}}.Validate())
	// Output:
	// sessions 99: want 1 to 64
	// headset 0 mcs 12: HE has 0 to 11
}

func ExampleCategoryOf() {
	const ef, af41, cs1 = 46, 34, 8
	fmt.Println(wifi.CategoryOf(ef), wifi.CategoryOf(af41), wifi.CategoryOf(0), wifi.CategoryOf(cs1))
	// Output: VO VI BE BK
}

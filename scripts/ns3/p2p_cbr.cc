// Constant-rate UDP over point-to-point links, in ns-3.37: the yardstick of speed for the bare link.
//
//   p2p_cbr --rateMbps=100 --size=1200 --simTime=100
//
// Prints one line with packets a second of wall time. The program is ours (MIT, see LICENSE); what is built from it
// links ns-3, which is GPL-2.0.

#include "ns3/applications-module.h"
#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/network-module.h"
#include "ns3/point-to-point-module.h"

#include <chrono>
#include <iostream>

using namespace ns3;

namespace {

constexpr uint16_t kPort = 9000;
constexpr double kStart = 0.001; // seconds
constexpr double kDrain = 0.1;   // seconds that the last packets have to arrive

struct Options
{
    double rateMbps = 100;
    uint32_t size = 1200;
    double simTime = 100;
    uint32_t hops = 1;
    double linkMbps = 1000;
    double loss = 0;
};

Options
ParseOptions(int argc, char** argv)
{
    Options o;
    CommandLine cmd(__FILE__);
    cmd.AddValue("rateMbps", "rate of UDP payload, Mbit/s", o.rateMbps);
    cmd.AddValue("size", "UDP payload of a packet, bytes", o.size);
    cmd.AddValue("simTime", "simulated seconds", o.simTime);
    cmd.AddValue("hops", "links in a row", o.hops);
    cmd.AddValue("linkMbps", "rate of each link, Mbit/s", o.linkMbps);
    cmd.AddValue("loss", "probability that a link loses a packet", o.loss);
    cmd.Parse(argc, argv);
    return o;
}

// Links the nodes in a row, 2 ms each, and returns the last link's interfaces.
Ipv4InterfaceContainer
BuildPath(const Options& o, const NodeContainer& nodes)
{
    PointToPointHelper link;
    link.SetDeviceAttribute("DataRate", DataRateValue(DataRate(static_cast<uint64_t>(o.linkMbps * 1e6))));
    link.SetChannelAttribute("Delay", StringValue("2ms"));
    InternetStackHelper internet;
    internet.Install(nodes);
    Ipv4AddressHelper addresses;
    addresses.SetBase("10.1.0.0", "255.255.255.0");
    Ipv4InterfaceContainer last;
    for (uint32_t i = 0; i < o.hops; i++)
    {
        const NetDeviceContainer devices = link.Install(nodes.Get(i), nodes.Get(i + 1));
        if (o.loss > 0)
        {
            auto errors = CreateObject<RateErrorModel>();
            errors->SetAttribute("ErrorRate", DoubleValue(o.loss));
            errors->SetUnit(RateErrorModel::ERROR_UNIT_PACKET);
            devices.Get(1)->SetAttribute("ReceiveErrorModel", PointerValue(errors));
        }
        last = addresses.Assign(devices);
        addresses.NewNetwork();
    }
    if (o.hops > 1)
    {
        Ipv4GlobalRoutingHelper::PopulateRoutingTables();
    }
    return last;
}

} // namespace

int
main(int argc, char** argv)
{
    const Options o = ParseOptions(argc, argv);
    NodeContainer nodes;
    nodes.Create(o.hops + 1);
    const Ipv4InterfaceContainer last = BuildPath(o, nodes);

    PacketSinkHelper sinks("ns3::UdpSocketFactory", InetSocketAddress(Ipv4Address::GetAny(), kPort));
    ApplicationContainer sink = sinks.Install(nodes.Get(o.hops));
    sink.Start(Seconds(0));
    OnOffHelper senders("ns3::UdpSocketFactory", InetSocketAddress(last.GetAddress(1), kPort));
    senders.SetConstantRate(DataRate(static_cast<uint64_t>(o.rateMbps * 1e6)), o.size);
    ApplicationContainer sender = senders.Install(nodes.Get(0));
    sender.Start(Seconds(kStart));
    sender.Stop(Seconds(o.simTime));

    Simulator::Stop(Seconds(o.simTime + kDrain));
    const auto began = std::chrono::steady_clock::now();
    Simulator::Run();
    const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    const double packets = static_cast<double>(DynamicCast<PacketSink>(sink.Get(0))->GetTotalRx()) / o.size;
    const uint64_t events = Simulator::GetEventCount();
    std::cout << "ns3 p2p rate=" << o.rateMbps << "Mbps size=" << o.size << " hops=" << o.hops << " sim_s=" << o.simTime
              << " wall_s=" << wall << " rx_packets=" << static_cast<uint64_t>(packets)
              << " packets/s=" << packets / wall << " events=" << events << " events/s=" << events / wall
              << " sim_s/wall_s=" << o.simTime / wall << std::endl;
    Simulator::Destroy();
    return 0;
}

// VR video frames over an 802.11ax cell with other stations, in ns-3.37: the outside truth of netem/wifi.
//
// An access point sends frames of video to the first station, each frame a train of 1,200-byte datagrams. Every other
// station sends on/off traffic, or a TCP bulk, to the access point. Everything is best effort unless --priority says
// otherwise. Sizes and intervals of the frames are logistic, with the parameters that Lecci et al. fitted to a
// recorded game ("An Open Framework for Analyzing and Modeling XR Network Traffic", IEEE Access 2021).
//
// Writes one line a frame: frame,send_s,size_B,pkts,rx_pkts,delay_ms. The delay is that of the last packet, -1 where
// one was lost. The program is ours (MIT, see LICENSE); what is built from it links ns-3, which is GPL-2.0.
//
//   vr_wifi --stas=4 --bg=15 --run=3 --out=frames.csv

#include "ns3/applications-module.h"
#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/mobility-module.h"
#include "ns3/network-module.h"
#include "ns3/wifi-module.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <string>
#include <vector>

using namespace ns3;

namespace {

constexpr uint32_t kPayload = 1200;      // bytes of a video datagram
constexpr uint32_t kBackground = 1400;   // bytes of a background datagram
constexpr double kVideoStart = 1;        // seconds: by then every station is associated
constexpr double kDrain = 0.5;           // seconds that the last frames have to arrive
constexpr uint16_t kVideoPort = 9000;
constexpr uint16_t kUplinkPort = 9001;
constexpr uint16_t kBulkPort = 9002;

struct Options
{
    double fps = 72;
    double mbps = 80;
    double simTime = 60;
    uint32_t stas = 1;
    uint32_t mcs = 9;
    uint32_t tcp = 0;
    double bg = 0;
    double onS = 0.5;
    double offS = 1;
    uint32_t priority = 0;
    uint32_t run = 1;
    std::string out = "vr.csv";
};

Options
ParseOptions(int argc, char** argv)
{
    Options o;
    CommandLine cmd(__FILE__);
    cmd.AddValue("fps", "video frames a second", o.fps);
    cmd.AddValue("mbps", "mean video rate, Mbit/s of UDP payload", o.mbps);
    cmd.AddValue("simTime", "seconds of video", o.simTime);
    cmd.AddValue("stas", "stations; the first is the headset", o.stas);
    cmd.AddValue("mcs", "HE MCS of every data frame, 0-11", o.mcs);
    cmd.AddValue("tcp", "how many other stations upload a TCP bulk instead", o.tcp);
    cmd.AddValue("bg", "Mbit/s of each other station while on", o.bg);
    cmd.AddValue("onS", "mean of the exponential on periods, s", o.onS);
    cmd.AddValue("offS", "mean of the Pareto off periods (shape 1.5), s", o.offS);
    cmd.AddValue("priority", "user priority of the video: 0 best effort, 5 video, 6 voice", o.priority);
    cmd.AddValue("run", "seed", o.run);
    cmd.AddValue("out", "CSV file to write", o.out);
    cmd.Parse(argc, argv);
    return o;
}

// Sends the frames and notes when their packets arrive.
class Video
{
  public:
    Video(const Options& options, Ptr<UniformRandomVariable> uniform, Ptr<Socket> sender, Ptr<Socket> receiver)
        : o(options),
          uniform(uniform),
          sender(sender)
    {
        receiver->SetRecvCallback(MakeCallback(&Video::Receive, this));
        Simulator::Schedule(Seconds(kVideoStart), &Video::Send, this);
    }

    size_t Count() const
    {
        return frames.size();
    }

    bool Write(const std::string& path) const
    {
        FILE* f = std::fopen(path.c_str(), "w");
        if (!f)
        {
            return false;
        }
        std::fprintf(f, "frame,send_s,size_B,pkts,rx_pkts,delay_ms\n");
        for (size_t i = 0; i < frames.size(); i++)
        {
            const Frame& x = frames[i];
            const double delay = x.received == x.packets ? 1e3 * (x.last - x.sent) : -1;
            std::fprintf(f, "%zu,%.6f,%u,%u,%u,%.4f\n", i, x.sent, x.size, x.packets, x.received, delay);
        }
        return std::fclose(f) == 0;
    }

  private:
    struct Frame
    {
        double sent;
        uint32_t size, packets, received;
        double last;
    };

    double Logistic(double location, double scale)
    {
        const double u = uniform->GetValue(1e-9, 1 - 1e-9);
        return location + scale * std::log(u / (1 - u));
    }

    void Send()
    {
        const double mean = o.mbps * 1e6 / 8 / o.fps;
        const double scale = mean * 0.17843005544386825 * std::pow(o.mbps, -0.24033549);
        const double size = std::clamp(Logistic(mean, scale), 200.0, 2 * mean);
        const uint32_t packets = static_cast<uint32_t>(std::ceil(size / kPayload));
        const uint32_t id = frames.size();
        frames.push_back({Simulator::Now().GetSeconds(), static_cast<uint32_t>(size), packets, 0, 0});
        std::array<uint8_t, kPayload> payload{};
        std::memcpy(payload.data(), &id, sizeof id);
        for (uint32_t k = 0; k < packets; k++)
        {
            sender->Send(payload.data(), kPayload, 0);
        }
        const double gap = std::clamp(Logistic(1 / o.fps, 0.03720502322046791 / o.fps), 0.2 / o.fps, 1.8 / o.fps);
        if (Simulator::Now().GetSeconds() < kVideoStart + o.simTime)
        {
            Simulator::Schedule(Seconds(gap), &Video::Send, this);
        }
    }

    void Receive(Ptr<Socket> socket)
    {
        while (Ptr<Packet> p = socket->Recv())
        {
            uint32_t id;
            p->CopyData(reinterpret_cast<uint8_t*>(&id), sizeof id);
            if (id < frames.size())
            {
                frames[id].received++;
                frames[id].last = Simulator::Now().GetSeconds();
            }
        }
    }

    const Options& o;
    Ptr<UniformRandomVariable> uniform;
    Ptr<Socket> sender;
    std::vector<Frame> frames;
};

// The access point and its stations, 3 m away and a little further each.
struct Cell
{
    NodeContainer ap, stations;
    NetDeviceContainer apDevice, stationDevices;
};

Cell
BuildCell(const Options& o)
{
    Cell c;
    c.ap.Create(1);
    c.stations.Create(o.stas);

    YansWifiPhyHelper phy;
    phy.SetChannel(YansWifiChannelHelper::Default().Create());
    phy.Set("ChannelSettings", StringValue("{0, 80, BAND_5GHZ, 0}"));
    WifiHelper wifi;
    wifi.SetStandard(WIFI_STANDARD_80211ax);
    wifi.SetRemoteStationManager("ns3::ConstantRateWifiManager",
                                 "DataMode", StringValue("HeMcs" + std::to_string(o.mcs)),
                                 "ControlMode", StringValue("OfdmRate24Mbps"));
    WifiMacHelper mac;
    const Ssid ssid("vr");
    mac.SetType("ns3::StaWifiMac", "Ssid", SsidValue(ssid));
    c.stationDevices = wifi.Install(phy, mac, c.stations);
    mac.SetType("ns3::ApWifiMac", "Ssid", SsidValue(ssid));
    c.apDevice = wifi.Install(phy, mac, c.ap);

    auto places = CreateObject<ListPositionAllocator>();
    places->Add(Vector(0, 0, 0));
    for (uint32_t i = 0; i < o.stas; i++)
    {
        places->Add(Vector(3 + 0.2 * i, 0.1 * i, 0));
    }
    MobilityHelper mobility;
    mobility.SetPositionAllocator(places);
    mobility.SetMobilityModel("ns3::ConstantPositionMobilityModel");
    mobility.Install(c.ap);
    mobility.Install(c.stations);
    return c;
}

// Every station but the headset uploads: the first o.tcp of them a TCP bulk, the others UDP while they are on.
void
AddBackground(const Options& o, const Cell& c, Ipv4Address ap)
{
    PacketSinkHelper uplink("ns3::UdpSocketFactory", InetSocketAddress(Ipv4Address::GetAny(), kUplinkPort));
    PacketSinkHelper bulk("ns3::TcpSocketFactory", InetSocketAddress(Ipv4Address::GetAny(), kBulkPort));
    uplink.Install(c.ap.Get(0)).Start(Seconds(0));
    bulk.Install(c.ap.Get(0)).Start(Seconds(0));
    for (uint32_t i = 1; i < o.stas; i++)
    {
        if (i <= o.tcp)
        {
            BulkSendHelper sender("ns3::TcpSocketFactory", InetSocketAddress(ap, kBulkPort));
            sender.SetAttribute("MaxBytes", UintegerValue(0));
            sender.Install(c.stations.Get(i)).Start(Seconds(1.5));
        }
        else if (o.bg > 0)
        {
            const std::string on = "ns3::ExponentialRandomVariable[Mean=" + std::to_string(o.onS) + "]";
            // The mean of a Pareto variable is scale * shape / (shape - 1).
            const std::string off =
                "ns3::ParetoRandomVariable[Scale=" + std::to_string(o.offS * 0.5 / 1.5) + "|Shape=1.5]";
            OnOffHelper sender("ns3::UdpSocketFactory", InetSocketAddress(ap, kUplinkPort));
            sender.SetAttribute("DataRate", DataRateValue(DataRate(static_cast<uint64_t>(o.bg * 1e6))));
            sender.SetAttribute("PacketSize", UintegerValue(kBackground));
            sender.SetAttribute("OnTime", StringValue(on));
            sender.SetAttribute("OffTime", StringValue(off));
            sender.Install(c.stations.Get(i)).Start(Seconds(1.2 + 0.01 * i));
        }
    }
}

} // namespace

int
main(int argc, char** argv)
{
    const Options o = ParseOptions(argc, argv);
    RngSeedManager::SetRun(o.run);
    // First of all random variables: its creation takes a number from those that the others are given in turn.
    auto uniform = CreateObject<UniformRandomVariable>();
    uniform->SetStream(77);
    Config::SetDefault("ns3::TcpSocket::SegmentSize", UintegerValue(1400));
    Config::SetDefault("ns3::TcpSocket::SndBufSize", UintegerValue(2000000));
    Config::SetDefault("ns3::TcpSocket::RcvBufSize", UintegerValue(2000000));

    const Cell cell = BuildCell(o);
    InternetStackHelper internet;
    internet.Install(cell.ap);
    internet.Install(cell.stations);
    Ipv4AddressHelper addresses;
    addresses.SetBase("10.1.0.0", "255.255.255.0");
    const Ipv4InterfaceContainer ap = addresses.Assign(cell.apDevice);
    const Ipv4InterfaceContainer stations = addresses.Assign(cell.stationDevices);

    const TypeId udp = TypeId::LookupByName("ns3::UdpSocketFactory");
    Ptr<Socket> receiver = Socket::CreateSocket(cell.stations.Get(0), udp);
    receiver->Bind(InetSocketAddress(Ipv4Address::GetAny(), kVideoPort));
    Ptr<Socket> sender = Socket::CreateSocket(cell.ap.Get(0), udp);
    sender->Connect(InetSocketAddress(stations.GetAddress(0), kVideoPort));
    if (o.priority > 0)
    {
        sender->SetIpTos(o.priority << 5); // ns-3 takes the precedence as the user priority
    }
    Video video(o, uniform, sender, receiver);
    AddBackground(o, cell, ap.GetAddress(0));

    Simulator::Stop(Seconds(kVideoStart + o.simTime + kDrain));
    const auto began = std::chrono::steady_clock::now();
    Simulator::Run();
    const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    const bool written = video.Write(o.out);
    std::cout << o.out << " frames=" << video.Count() << " wall_s=" << wall << " sim_s/wall_s=" << o.simTime / wall
              << " events=" << Simulator::GetEventCount() << std::endl;
    Simulator::Destroy();
    if (!written)
    {
        std::cerr << "vr_wifi: cannot write " << o.out << std::endl;
        return 1;
    }
    return 0;
}

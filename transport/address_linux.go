package transport

import (
	"encoding/binary"
	"net"
	"net/netip"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// putAddress writes a into name as a socket of the given family spells it and returns the length; zero where that
// family cannot reach a.
func putAddress(name *unix.RawSockaddrInet6, a netip.AddrPort, v6 bool) uint32 {
	ip := a.Addr().Unmap()
	if !v6 {
		if !ip.Is4() {
			return 0
		}
		four := (*unix.RawSockaddrInet4)(unsafe.Pointer(name))
		*four = unix.RawSockaddrInet4{Family: unix.AF_INET, Addr: ip.As4()}
		putPort(&four.Port, a.Port())
		return unix.SizeofSockaddrInet4
	}
	if !ip.IsValid() {
		return 0
	}
	*name = unix.RawSockaddrInet6{Family: unix.AF_INET6, Addr: ip.As16(), Scope_id: scope(ip.Zone())}
	putPort(&name.Port, a.Port())
	return unix.SizeofSockaddrInet6
}

// getAddress reads what putAddress writes; an unknown family is the zero AddrPort.
func getAddress(name *unix.RawSockaddrInet6) netip.AddrPort {
	switch name.Family {
	case unix.AF_INET:
		four := (*unix.RawSockaddrInet4)(unsafe.Pointer(name))
		return netip.AddrPortFrom(netip.AddrFrom4(four.Addr), getPort(&four.Port))
	case unix.AF_INET6:
		ip := netip.AddrFrom16(name.Addr).Unmap()
		if name.Scope_id != 0 && ip.Is6() {
			ip = ip.WithZone(strconv.FormatUint(uint64(name.Scope_id), 10))
		}
		return netip.AddrPortFrom(ip, getPort(&name.Port))
	}
	return netip.AddrPort{}
}

// Ports are big-endian whatever the machine.
func putPort(field *uint16, port uint16) {
	binary.BigEndian.PutUint16((*[2]byte)(unsafe.Pointer(field))[:], port)
}

func getPort(field *uint16) uint16 {
	return binary.BigEndian.Uint16((*[2]byte)(unsafe.Pointer(field))[:])
}

// scope returns the interface number of a zone, zero where there is none.
func scope(zone string) uint32 {
	if zone == "" {
		return 0
	}
	if n, err := strconv.ParseUint(zone, 10, 32); err == nil {
		return uint32(n)
	}
	i, err := net.InterfaceByName(zone)
	if err != nil {
		return 0
	}
	return uint32(i.Index)
}

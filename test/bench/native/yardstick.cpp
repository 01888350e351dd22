// The yardstick of `npm run bench:fleet`: SimGrid's live-migration plugin empties half of a cluster onto the other half, eight VMs of a
// host at once. It follows flows, not pages; what guests write grows with what they compute. Prints one JSON line.
#include <simgrid/plugins/live_migration.h>
#include <simgrid/s4u.hpp>
#include <simgrid/vm.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace s4u = simgrid::s4u;

namespace {

constexpr double kFlops = 1e9;
constexpr double kLatency = 1e-4;

struct Size {
  int hosts;
  int vms_per_host;
  int memory_gib;
  double nic_gbps;
  int write_percent;
  int at_once;
};

std::vector<s4u::Host*> build(const Size& size) {
  auto* zone = s4u::create_star_zone("cluster");
  std::vector<s4u::Host*> hosts;
  for (int i = 0; i < size.hosts; ++i) {
    const std::string name = std::to_string(i);
    auto* host = zone->create_host("host" + name, kFlops)->set_core_count(64)->seal();
    const double bytes_per_second = size.nic_gbps * 1e9 / 8;
    auto* out = zone->create_link("out" + name, bytes_per_second)->set_latency(kLatency)->seal();
    auto* in = zone->create_link("in" + name, bytes_per_second)->set_latency(kLatency)->seal();
    zone->add_route(host->get_netpoint(), nullptr, nullptr, nullptr, {s4u::LinkInRoute(out)}, false);
    zone->add_route(nullptr, host->get_netpoint(), nullptr, nullptr, {s4u::LinkInRoute(in)}, false);
    hosts.push_back(host);
  }
  zone->seal();
  return hosts;
}

void start(const Size& size, const std::vector<s4u::Host*>& hosts, int source, const s4u::SemaphorePtr& slots,
           int nth, int& moved) {
  const int half = size.hosts / 2;
  const std::string name = "vm" + std::to_string(source) + "-" + std::to_string(nth);
  const int megabytes_per_second = static_cast<int>(size.nic_gbps * 1000 / 8);
  auto* vm = sg_vm_create_migratable(hosts[source], name.c_str(), 1, size.memory_gib * 1024, megabytes_per_second,
                                     size.write_percent);
  vm->start();
  s4u::Actor::create("load-" + name, vm, [] { s4u::this_actor::execute(1e18); })->daemonize();
  auto* target = hosts[half + (source + nth) % half];
  s4u::Actor::create("move-" + name, hosts[source], [vm, target, slots, &moved] {
    slots->acquire();
    sg_vm_migrate(vm, target);
    ++moved;
    slots->release();
  });
}

}  // namespace

int main(int argc, char** argv) {
  s4u::Engine engine(&argc, argv);
  if (argc < 7) return 2;
  sg_vm_live_migration_plugin_init();
  const Size size{atoi(argv[1]), atoi(argv[2]), atoi(argv[3]), atof(argv[4]), atoi(argv[5]), atoi(argv[6])};
  const auto hosts = build(size);
  int moved = 0;
  const auto from = std::chrono::steady_clock::now();
  for (int source = 0; source < size.hosts / 2; ++source) {
    auto slots = s4u::Semaphore::create(size.at_once);
    for (int nth = 0; nth < size.vms_per_host; ++nth) start(size, hosts, source, slots, nth, moved);
  }
  engine.run();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - from;
  std::printf("{\"moved\":%d,\"makespanSeconds\":%.3f,\"wallSeconds\":%.4f}\n", moved, s4u::Engine::get_clock(),
              took.count());
  return 0;
}

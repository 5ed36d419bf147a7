#include "mock_backend/services.hpp"
#include "tests/mock_backend/rpc_runtime_support.hpp"

namespace rpchspec::backend {
namespace {

using testing::Client;
using wire::TowerProtocol;

using Place = std::pair<TowerProtocol, std::uint16_t>;  // a transport and a port

/// The Store twice, so that there is more than one tower of it.
RuntimeEnvironment mapping() {
  auto environment = testing::serving(Service::EndpointMapper);
  auto const add = [&](wire::SyntaxId const& interface, TowerProtocol transport,
                       std::uint16_t port) {
    environment.endpoints.push_back(
        {{interface, wire::kNdr, transport, port, {127, 0, 0, 1}}, "somewhere"});
  };
  add(wire::kStoreInterface, TowerProtocol::http, 6001);
  add(wire::kStoreInterface, TowerProtocol::http, 7001);
  add(wire::kReferralInterface, TowerProtocol::http, 6002);
  add(wire::kReferralInterface, TowerProtocol::tcp, 49152);
  return environment;
}

wire::EptMap::Request asking(wire::SyntaxId const& interface,
                             TowerProtocol transport = TowerProtocol::http,
                             std::uint32_t most = 4) {
  wire::EptMap::Request request;
  request.map_tower = wire::encode(wire::make_tower({interface, wire::kNdr, transport, 0, {}}));
  request.max_towers = most;
  return request;
}

Place place_of(std::optional<Bytes> const& tower) {
  auto const binding = wire::binding_of(wire::decode_tower(tower.value()).value()).value();
  return {binding.transport, binding.port};
}

class Mapper : public ::testing::Test {
 protected:
  Mapper() { client.bind_to({wire::kMapperInterface}); }

  std::vector<Place> map(wire::EptMap::Request const& request) {
    std::vector<Place> places;
    for (auto const& tower : client.call<wire::EptMap>(0, request).towers) {
      places.push_back(place_of(tower));
    }
    return places;
  }

  std::vector<Place> look_up(wire::EptInquiry type,
                             wire::SyntaxId const& interface,
                             wire::EptVersions versions = wire::EptVersions::all) {
    wire::EptLookup::Request request;
    request.inquiry_type = static_cast<std::uint32_t>(type);
    request.interface_id = interface;
    request.object.emplace();
    request.vers_option = static_cast<std::uint32_t>(versions);
    std::vector<Place> places;
    for (auto const& entry : client.call<wire::EptLookup>(0, request).entries) {
      places.push_back(place_of(entry.tower));
    }
    return places;
  }

  Client client{mapping()};
  Place const store{TowerProtocol::http, 6001};
  Place const second_store{TowerProtocol::http, 7001};
};

TEST_F(Mapper, MapsAnInterfaceByTheProtocolAskedFor) {
  EXPECT_EQ(map(asking(wire::kStoreInterface)), (std::vector{store, second_store}));
  EXPECT_EQ(map(asking(wire::kReferralInterface, TowerProtocol::tcp)),
            (std::vector{Place(TowerProtocol::tcp, 49152)}));
  EXPECT_EQ(map(asking(wire::kReferralInterface)), (std::vector{Place(TowerProtocol::http, 6002)}));
}

TEST_F(Mapper, SaysThatWhatNobodyServesIsNotRegistered) {
  auto later = wire::kStoreInterface;
  later.version += 1U << 16;
  for (auto const& request :
       {asking(wire::kAddressBookInterface), asking(wire::kStoreInterface, TowerProtocol::tcp),
        asking(later), asking(wire::kStoreInterface, TowerProtocol::ip)}) {
    auto const response = client.call<wire::EptMap>(0, request);
    EXPECT_EQ(response.status, wire::kEptNotRegistered);
    EXPECT_TRUE(response.towers.empty());
    EXPECT_TRUE(response.entry_handle.is_nil());
  }
}

TEST_F(Mapper, DoesNothingWithATowerThatIsNone) {
  auto cut = asking(wire::kStoreInterface);
  cut.map_tower->pop_back();
  EXPECT_EQ(client.call<wire::EptMap>(0, cut).status, wire::kEptCantPerformOp);
  EXPECT_EQ(client.call<wire::EptMap>(0, {}).status, wire::kEptCantPerformOp);
}

TEST_F(Mapper, TellsTheRestOfTheTowersToTheHandle) {
  auto request = asking(wire::kStoreInterface, TowerProtocol::http, 1);
  auto const first = client.call<wire::EptMap>(0, request);
  ASSERT_EQ(first.towers.size(), 1U);
  EXPECT_EQ(place_of(first.towers[0]), store);
  EXPECT_FALSE(first.entry_handle.is_nil());
  request.entry_handle = first.entry_handle;
  auto const rest = client.call<wire::EptMap>(0, request);
  ASSERT_EQ(rest.towers.size(), 1U);
  EXPECT_EQ(place_of(rest.towers[0]), second_store);
  EXPECT_TRUE(rest.entry_handle.is_nil());
  EXPECT_EQ(client.fault_of<wire::EptMap>(0, request), wire::kNcaFaultContextMismatch);
}

TEST_F(Mapper, ForgetsALookupThatIsGivenUp) {
  wire::EptLookup::Request request;
  request.max_ents = 3;
  request.entry_handle = client.call<wire::EptLookup>(0, request).entry_handle;
  ASSERT_FALSE(request.entry_handle.is_nil());
  auto const freed = client.call<wire::EptLookupHandleFree>(0, {request.entry_handle});
  EXPECT_EQ(freed.status, 0U);
  EXPECT_TRUE(freed.entry_handle.is_nil());
  EXPECT_EQ(client.fault_of<wire::EptLookup>(0, request), wire::kNcaFaultContextMismatch);
  EXPECT_EQ(client.fault_of<wire::EptLookupHandleFree>(0, {request.entry_handle}),
            wire::kNcaFaultContextMismatch);
}

TEST_F(Mapper, LooksUpAllInPortions) {
  wire::EptLookup::Request request;
  request.max_ents = 3;
  auto const first = client.call<wire::EptLookup>(0, request);
  EXPECT_EQ(first.entries.size(), 3U);
  EXPECT_EQ(first.max_ents, 3U);
  EXPECT_EQ(first.entries.at(0).annotation, "somewhere");
  request.entry_handle = first.entry_handle;
  auto const rest = client.call<wire::EptLookup>(0, request);
  EXPECT_EQ(rest.entries.size(), 1U);
  EXPECT_TRUE(rest.entry_handle.is_nil());
}

TEST_F(Mapper, LooksUpWhatMatches) {
  using Inquiry = wire::EptInquiry;
  using Versions = wire::EptVersions;
  auto older = wire::kStoreInterface;
  older.version -= 1U << 16;
  std::vector const stores{store, second_store};
  std::vector<Place> const none;
  EXPECT_EQ(look_up(Inquiry::all, wire::kStoreInterface).size(), 4U);
  EXPECT_EQ(look_up(Inquiry::by_object, wire::kStoreInterface).size(), 4U);
  EXPECT_EQ(look_up(Inquiry::by_interface, wire::kStoreInterface), stores);
  EXPECT_EQ(look_up(Inquiry::by_both, wire::kStoreInterface), stores);
  EXPECT_EQ(look_up(Inquiry::by_interface, older, Versions::compatible), stores);
  EXPECT_EQ(look_up(Inquiry::by_interface, older, Versions::exact), none);
  EXPECT_EQ(look_up(Inquiry::by_interface, older, Versions::major), stores);
  EXPECT_EQ(look_up(Inquiry::by_interface, older, Versions::up_to), none);
  EXPECT_EQ(look_up(Inquiry::by_interface, wire::kStoreInterface, Versions::up_to), stores);
}

TEST_F(Mapper, KnowsNoOtherObject) {
  wire::EptLookup::Request request;
  request.inquiry_type = static_cast<std::uint32_t>(wire::EptInquiry::by_object);
  request.object = wire::kStoreInterface.uuid;
  EXPECT_EQ(client.call<wire::EptLookup>(0, request).status, wire::kEptNotRegistered);
}

TEST_F(Mapper, DoesNothingWithAnInquiryThatIsNone) {
  for (auto const& request :
       {wire::EptLookup::Request{4, wire::Uuid(), wire::kStoreInterface, 1, {}, 9},
        wire::EptLookup::Request{1, {}, {}, 1, {}, 9},
        wire::EptLookup::Request{2, {}, wire::kStoreInterface, 1, {}, 9},
        wire::EptLookup::Request{1, {}, wire::kStoreInterface, 6, {}, 9}}) {
    EXPECT_EQ(client.call<wire::EptLookup>(0, request).status, wire::kEptCantPerformOp);
  }
}

TEST_F(Mapper, LetsNobodyRegisterOrUnregister) {
  for (auto const opnum : {0, 1, 5, 6, 7}) {
    auto const end = client.call(0, static_cast<std::uint16_t>(opnum), {});
    EXPECT_EQ(end.fault, wire::kNcaOpRngError) << opnum;
  }
}

TEST_F(Mapper, IsNotTheInterfaceOfAnotherPort) {
  Client elsewhere(testing::serving(Service::Store));
  wire::BindBody body;
  body.contexts.push_back({0, wire::kMapperInterface, {wire::kNdr}});
  auto const pdu = elsewhere.bind(body);
  EXPECT_NE(std::get<wire::BindAckBody>(pdu.body).results.at(0).result, 0U);
}

// The mapper of a configuration: what it advertises, by the address it listens on.

std::vector<std::string> told_by(BackendConfig const& config) {
  Client client(make_runtime(config, Listening::mapper, RpcTransport::RpcOverHttp,
                             std::make_shared<AssociationGroups>()));
  client.bind_to({wire::kMapperInterface});
  std::vector<std::string> all;
  for (auto const& entry : client.call<wire::EptLookup>(0, {}).entries) {
    auto const binding = wire::binding_of(wire::decode_tower(entry.tower.value()).value()).value();
    all.push_back(entry.annotation + " " + std::to_string(static_cast<int>(binding.transport)) +
                  " " + std::to_string(binding.port) + " " +
                  std::to_string(binding.address.front()));
  }
  return all;
}

TEST(AdvertisedEndpoints, AreTheServicesWithTheirPorts) {
  BackendConfig config;
  config.advertised = {{Listening::store, 7001},        {Listening::referral, 7002},
                       {Listening::address_book, 7004}, {Listening::referral_tcp, 49152},
                       {Listening::script, 9},          {Listening::mapper, 593}};
  EXPECT_EQ(told_by(config),
            (std::vector<std::string>{"Exchange Store 31 7001 127", "Exchange Store 31 7001 127",
                                      "Exchange Referral 31 7002 127",
                                      "Exchange Address Book 31 7004 127",
                                      "Exchange Referral 7 49152 127"}));
  EXPECT_TRUE(told_by({}).empty());
}

TEST(AdvertisedEndpoints, HaveNoAddressThatATowerHasNoRoomFor) {
  BackendConfig config;
  config.advertised = {{Listening::address_book, 7004}};
  for (auto const* bind : {"::1", "0.0.0.0", "::"}) {
    config.bind = bind;
    EXPECT_EQ(told_by(config), std::vector<std::string>{"Exchange Address Book 31 7004 0"}) << bind;
  }
}

}  // namespace
}  // namespace rpchspec::backend

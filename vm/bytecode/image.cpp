#include "vm/bytecode/image.hpp"

#include <openssl/evp.h>

#include <cassert>
#include <type_traits>

#include <fmt/format.h>

#include "vm/bytecode/fields.hpp"
#include "vm/model/cbor.hpp"
#include "vm/model/codec.hpp"

namespace rbc {

namespace {

constexpr std::string_view kMagic = "RBCI";
constexpr std::size_t kHead = 8;      // magic and version
constexpr std::size_t kHash = 32;
constexpr unsigned kDeepestType = 100;

class Save {
 public:
  template <class... T> void operator()(const T&... all) { (put(all), ...); }
  std::string take() { return out_.take(); }

 private:
  void put(bool b) { out_.boolean(b); }
  void put(char c) { out_.uint(static_cast<unsigned char>(c)); }
  void put(std::uint8_t n) { out_.uint(n); }
  void put(std::uint32_t n) { out_.uint(n); }
  void put(std::int32_t n) { out_.integer(n); }
  void put(std::int64_t n) { out_.integer(n); }
  void put(const std::string& text) { out_.bytes(text); }
  void put(const Value& value) { put_value(out_, value); }
  void put(const Type& type) {
    (*this)(type->tag, type->optional, type->open, type->pattern, type->name, type->options, type->element, type->fields);
  }
  template <class E> requires std::is_enum_v<E> void put(E e) { out_.uint(static_cast<std::uint64_t>(e)); }
  template <class A, class B> void put(const std::pair<A, B>& both) { (*this)(both.first, both.second); }
  template <class T> void put(const std::vector<T>& list) {
    out_.array(list.size());
    for (const auto& item : list) put(static_cast<const T&>(item));
  }
  template <class T> requires std::is_class_v<T> void put(const T& record) { fields(*this, record); }

  cbor::Writer out_;
};

class Load {
 public:
  explicit Load(std::string_view bytes) : in_(bytes) {}
  template <class... T> void operator()(T&... all) { (get(all), ...); }
  bool whole() const { return in_.good() && in_.at_end(); }

 private:
  void get(bool& b) { b = in_.boolean(); }
  void get(char& c) { c = static_cast<char>(in_.uint_up_to(255)); }
  void get(std::uint8_t& n) { n = static_cast<std::uint8_t>(in_.uint_up_to(255)); }
  void get(std::uint32_t& n) { n = static_cast<std::uint32_t>(in_.uint_up_to(UINT32_MAX)); }
  void get(std::int32_t& n) {
    std::int64_t wide = in_.integer();
    if (wide < INT32_MIN || wide > INT32_MAX) in_.spoil();
    n = static_cast<std::int32_t>(wide);
  }
  void get(std::int64_t& n) { n = in_.integer(); }
  void get(std::string& text) { text = in_.text(); }
  void get(Value& value) { value = take_value(in_); }
  void get(Type& type) {
    TypeNode node;
    if (++depth_ > kDeepestType) in_.spoil();
    (*this)(node.tag, node.optional, node.open, node.pattern, node.name, node.options);
    if (in_.good()) (*this)(node.element, node.fields);
    --depth_;
    type = built(std::move(node));
  }
  // Through the makers of Type, so that nothing stands in an image that they could not have made.
  Type built(TypeNode node) {
    Type type(node.tag);
    switch (node.tag) {
      case TypeTag::list:
        if (node.element.size() != 1) {
          in_.spoil();
          return {};
        }
        type = Type::list_of(node.element[0]);
        break;
      case TypeTag::one_of: type = Type::one_of(std::move(node.options)); break;
      case TypeTag::record: type = Type::record(std::move(node.fields), std::move(node.name)); break;
      case TypeTag::rows: type = Type::rows(std::move(node.fields), node.open); break;
      case TypeTag::text:
        if (!node.pattern.empty()) type = Type::text_matching(std::move(node.pattern));
        break;
      case TypeTag::error: case TypeTag::nothing: case TypeTag::integer: case TypeTag::number: case TypeTag::percent:
      case TypeTag::duration: case TypeTag::size: case TypeTag::rate: case TypeTag::instant: case TypeTag::boolean: case TypeTag::url:
      case TypeTag::json: case TypeTag::secret: case TypeTag::verdict: break;
    }
    return node.optional ? type.optional() : type;
  }
  template <class E> requires std::is_enum_v<E> void get(E& e) { e = static_cast<E>(in_.uint_up_to(last_of(E{}))); }
  template <class A, class B> void get(std::pair<A, B>& both) { (*this)(both.first, both.second); }
  template <class T> void get(std::vector<T>& list) {
    for (std::uint64_t n = in_.array(); n > 0 && in_.good(); --n) {
      T item{};
      get(item);
      list.push_back(std::move(item));
    }
  }
  template <class T> requires std::is_class_v<T> void get(T& record) { fields(*this, record); }

  cbor::Reader in_;
  unsigned depth_ = 0;
};

std::string image_head() {
  std::string head(kMagic);
  for (unsigned i = 4; i-- > 0;) head += static_cast<char>(kImageVersion >> (8 * i));
  return head;
}

}  // namespace

std::string sha256(std::string_view bytes) {
  std::string digest(kHash, '\0');
  unsigned size = 0;
  [[maybe_unused]] int fine = EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), &size, EVP_sha256(), nullptr);
  assert(fine == 1 && size == kHash);
  return digest;
}

std::string sha256_hex(std::string_view bytes) {
  std::string hex;
  for (char c : sha256(bytes)) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return hex;
}

std::string save(const Program& program) {
  Save archive;
  fields(archive, program);
  std::string image = image_head() + archive.take();
  return image + sha256(image);
}

std::string content_hash(const Program& program) { return sha256_hex(save(program)); }

Loaded load(std::string_view bytes) {
  auto refuse = [](std::string problem) { return Loaded{std::nullopt, std::move(problem)}; };
  if (bytes.size() < kHead + kHash || bytes.substr(0, kMagic.size()) != kMagic) return refuse("This is no image of a runbook, or it is cut short.");
  std::uint32_t version = 0;
  for (std::size_t i = kMagic.size(); i < kHead; ++i) version = version << 8 | static_cast<unsigned char>(bytes[i]);
  if (version != kImageVersion) return refuse(fmt::format("This image is of version {}; this rbc runs version {}.", version, kImageVersion));
  auto body = bytes.substr(0, bytes.size() - kHash);
  if (sha256(body) != bytes.substr(bytes.size() - kHash)) return refuse("The image is damaged: its hash does not fit its content.");
  Program program;
  Load archive(body.substr(kHead));
  fields(archive, program);
  if (!archive.whole() || save(program) != bytes) return refuse("The image is damaged: its content is no program.");
  if (auto problems = verify(program); !problems.empty()) return refuse("The program in the image is not safe to run: " + problems.front());
  return {std::move(program), {}};
}

}  // namespace rbc
